import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Behavior, type FileServer, serveFile } from '../../test/weights/file-server.js';
import { type DownloadProgress, download } from './download.js';

const content = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const sha256 = createHash('sha256').update(content).digest('hex');

/** A process that downloads. */
const program = new URL('../../test/weights/download-program.ts', import.meta.url);
const tsx = { execArgv: ['--import', 'tsx'] };

let folder: string;
let path: string;
let server: FileServer;

async function serve(behavior: Partial<Behavior> = {}): Promise<void> {
  await server?.close();
  server = await serveFile({ content, ...behavior });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-download-'));
  path = join(folder, 'file.bin');
});

afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

/** Lets the server break a connection only when all that it sent has arrived: what is on its way may get lost. */
function arrival(): { onProgress(progress: DownloadProgress): void; beforeBreak(position: number): Promise<void> } {
  let received = 0;
  let arrived = (): void => undefined;
  return {
    onProgress: progress => {
      received = progress.receivedBytes;
      arrived();
    },
    beforeBreak: position =>
      new Promise(resolve => {
        arrived = () => received >= position && resolve();
        arrived();
      }),
  };
}

/** The file is there and whole, and nothing else. */
async function expectWhole(): Promise<void> {
  expect(await readdir(folder)).toEqual(['file.bin']);
  expect(new Uint8Array(await readFile(path))).toEqual(content);
}

describe('gets the file', () => {
  test('in one go, with progress, into a folder that it makes', async () => {
    await serve();
    const steps: DownloadProgress[] = [];
    await download(server.url, join(folder, 'a/b/file.bin'), { sha256 }, { onProgress: step => steps.push(step) });
    expect(await readdir(join(folder, 'a/b'))).toEqual(['file.bin']);
    expect(steps.at(-1)).toEqual({ fileName: 'file.bin', receivedBytes: 50_000, totalBytes: 50_000, percent: 100 });
    expect(steps.every((step, i) => i === 0 || step.receivedBytes > steps[i - 1]!.receivedBytes)).toBe(true);
  });

  test('with the first digits of the hash only, in capitals, or without one', async () => {
    await serve();
    await download(server.url, path, { sha256Prefix: sha256.slice(0, 8).toUpperCase() });
    await download(server.url, path, {});
    await expectWhole();
  });

  test('of a server that does not say how long it is', async () => {
    await serve({ contentLength: null });
    const steps: DownloadProgress[] = [];
    await download(server.url, path, { sha256 }, { onProgress: step => steps.push(step) });
    await expectWhole();
    expect(steps.at(-1)).toEqual({ fileName: 'file.bin', receivedBytes: 50_000 });
  });

  test('an empty one', async () => {
    await serve({ content: new Uint8Array(0) });
    await download(server.url, path, {});
    expect(await readFile(path)).toHaveLength(0);
  });

  test('after redirects on this machine', async () => {
    await serve();
    const start = await serveFile({ content, redirect: server.url });
    await download(start.url, path, { sha256 });
    await start.close();
    await expectWhole();
  });
});

describe('goes on where it stopped', () => {
  test('when the connection breaks, at once', async () => {
    const { onProgress, beforeBreak } = arrival();
    await serve({ breakAfter: 20_000, breaks: 2, beforeBreak });
    await download(server.url, path, { sha256 }, { onProgress });
    await expectWhole();
    expect(server.ranges).toEqual([undefined, 'bytes=20000-', 'bytes=40000-']);
  });

  test('when it was aborted, in the next call', async () => {
    await serve({ slow: 5 });
    const controller = new AbortController();
    const stopped = download(
      server.url,
      path,
      { sha256 },
      {
        signal: controller.signal,
        onProgress: ({ receivedBytes }) => receivedBytes >= 10_000 && controller.abort(),
      },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^file\.bin\.[\w-]+\.part$/)]);
    await download(server.url, path, { sha256 });
    await expectWhole();
    const [, from] = /bytes=(\d+)-/.exec(server.ranges[1]!)!;
    expect(Number(from)).toBeGreaterThanOrEqual(10_000);
  });

  test('when the process was killed', async () => {
    await serve({ silentAfter: 30_000 });
    const child = fork(program, [server.url, path, sha256], tsx);
    const left = await vi.waitFor(
      async () => {
        const [name] = await readdir(folder);
        expect((await stat(join(folder, name!))).size).toBe(30_000);
        return join(folder, name!);
      },
      { timeout: 50_000, interval: 50 },
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    server.behavior = { content };
    // Just after, the partial file might still be in use on another machine: it is let be.
    await download(server.url, path, { sha256 });
    await rm(path);
    const past = new Date(Date.now() - 60_000);
    await utimes(left, past, past);
    await download(server.url, path, { sha256 });
    expect(server.ranges).toEqual([undefined, undefined, 'bytes=30000-']);
    await expectWhole();
  });

  test('not when the file has changed on the server', async () => {
    await serve({ breakAfter: 2_000, content: content.map(byte => 255 - byte) });
    await expect(download(server.url, path, {})).rejects.toMatchObject({ code: 'weights/download' });
    server.behavior = { content, etag: '"v2"' };
    await download(server.url, path, { sha256 });
    await expectWhole();
  });

  test('not when the server gives no validator, or one that is weak', async () => {
    for (const etag of [null, 'W/"v1"']) {
      const { onProgress, beforeBreak } = arrival();
      await serve({ breakAfter: 20_000, breaks: 1, beforeBreak, etag });
      await download(server.url, path, { sha256 }, { onProgress });
      await expectWhole();
      expect(server.ranges).toEqual([undefined, undefined]);
    }
  });

  test('from the start when the server ignores ranges', async () => {
    const { onProgress, beforeBreak } = arrival();
    await serve({ breakAfter: 20_000, breaks: 1, beforeBreak, ignoreRange: true });
    await download(server.url, path, { sha256 }, { onProgress });
    await expectWhole();
    expect(server.ranges).toEqual([undefined, 'bytes=20000-']);
  });

  test('from the start when the server sends another range', async () => {
    const { onProgress, beforeBreak } = arrival();
    await serve({ breakAfter: 20_000, breaks: 1, beforeBreak, contentRange: 'bytes 0-49999/50000' });
    await download(server.url, path, { sha256 }, { onProgress });
    await expectWhole();
    expect(server.ranges).toEqual([undefined, 'bytes=20000-', undefined]);
  });
});

describe('fails with one error, and leaves no file under the name', () => {
  const codes: [what: string, behavior: Partial<Behavior>, code: string, message: RegExp][] = [
    ['not found', { status: 404 }, 'weights/download', /404/],
    ['a server in trouble', { status: 503 }, 'weights/download', /503/],
    ['always broken', { breakAfter: 1_000 }, 'weights/download', /terminated|other side closed|ended after/],
    ['a length larger than the file', { contentLength: 60_000 }, 'weights/download', /./],
    ['redirects in a circle', { redirect: '/file.bin' }, 'weights/download', /redirects too often/],
    ['a redirect to plain http elsewhere', { redirect: 'http://example.com/x' }, 'weights/url', /https.*example\.com/],
    ['a redirect to a file', { redirect: 'file:///etc/hosts' }, 'weights/url', /file:/],
  ];
  test.each(codes)('%s', async (_, behavior, code, message) => {
    await serve(behavior);
    await expect(download(server.url, path, { sha256 }, { timeout: 500 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(await readdir(folder)).not.toContain('file.bin');
  });

  test('the wrong hash: nothing is kept', async () => {
    await serve({ content: content.map(byte => byte ^ 1) });
    const wrong = download(server.url, path, { sha256 });
    await expect(wrong).rejects.toMatchObject({ code: 'weights/hash', message: expect.stringContaining(sha256) });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a truncated file with a right length of its own', async () => {
    await serve({ content: content.subarray(0, 49_999) });
    await expect(download(server.url, path, { sha256Prefix: sha256.slice(0, 8) })).rejects.toMatchObject({
      code: 'weights/hash',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a length smaller than the file', async () => {
    await serve({ contentLength: 40_000 });
    await expect(download(server.url, path, { sha256 })).rejects.toMatchObject({
      code: expect.stringMatching(/^weights\/(hash|download)$/),
    });
    expect(await readdir(folder)).not.toContain('file.bin');
  });

  test('a server that falls silent', async () => {
    await serve({ silentAfter: 5_000 });
    const silent = download(server.url, path, { sha256 }, { timeout: 100 });
    await expect(silent).rejects.toMatchObject({
      code: 'weights/download',
      message: expect.stringContaining('silent for 0.1 s'),
    });
  });

  test('no server: at once', async () => {
    await serve();
    const { url } = server;
    await server.close();
    const start = performance.now();
    await expect(download(url, path, { sha256 })).rejects.toMatchObject({
      code: 'weights/download',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('aborted before it begins', async () => {
    await serve();
    await expect(download(server.url, path, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(server.ranges).toEqual([]);
  });

  test.each(['http://example.com/x', 'ftp://example.com/x', 'file:///etc/hosts', 'http://127.0.0.1.example.com/'])(
    '%s',
    async url => {
      await expect(download(url, path, {})).rejects.toMatchObject({ code: 'weights/url' });
    },
  );

  test('a path below a file', async () => {
    await serve();
    await writeFile(path, '');
    await expect(download(server.url, join(path, 'file.bin'), {})).rejects.toMatchObject({ code: 'file/unwritable' });
  });
});

test('four processes and a call twice in this one get the same file at once, one of them the rest of it', async () => {
  await serve({ slow: 1 });
  await writeFile(
    join(folder, `file.bin.${Buffer.from('"v1"').toString('base64url')}.part`),
    content.subarray(0, 30_000),
  );
  const processes = Array.from({ length: 4 }, async () => once(fork(program, [server.url, path, sha256], tsx), 'exit'));
  await Promise.all([download(server.url, path, { sha256 }), download(server.url, path, { sha256 })]);
  expect((await Promise.all(processes)).map(([code]) => code)).toEqual([0, 0, 0, 0]);
  await expectWhole();
  expect(server.ranges.toSorted()).toEqual(['bytes=30000-', ...Array.from({ length: 5 })]);
});
