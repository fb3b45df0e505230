import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FileServer, serveFile } from '../../test/weights/file-server.js';
import { weightsCacheFolder } from './cache-folder.js';
import { fetchKnownWeights } from './fetch-known-weights.js';
import { findWeights } from './find-weights.js';
import { knownFiles } from './known-files.js';

const content = new TextEncoder().encode('weights');
const sha256 = createHash('sha256').update(content).digest('hex');
const fileName = 'net.safetensors';

let root: string;
let cache: string;
let server: FileServer;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sr-find-'));
  vi.stubEnv('SR_CACHE_DIR', join(root, 'cache'));
  vi.stubEnv('SR_WEIGHTS_DIR', '');
  cache = weightsCacheFolder();
  server = await serveFile({ content });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(root, { recursive: true });
});

async function put(folder: string, bytes: Uint8Array = content, name = fileName): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

describe('looks in order', () => {
  test('at the path itself', async () => {
    const path = await put(join(root, 'here'));
    await put(cache);
    expect(await findWeights(path)).toBe(path);
    expect(await findWeights({ fileName: path, sha256, url: server.url })).toBe(path);
  });

  test('in each folder of SR_WEIGHTS_DIR, before the cache', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', ['', join(root, 'missing'), join(root, 'second')].join(delimiter));
    await put(cache);
    const second = await put(join(root, 'second'));
    expect(await findWeights({ fileName, sha256 })).toBe(second);
  });

  test('in the cache, then on the net', async () => {
    expect(await findWeights({ fileName, sha256, url: server.url })).toBe(join(cache, fileName));
    expect(await findWeights({ fileName, sha256, url: server.url })).toBe(join(cache, fileName));
    expect(server.ranges).toHaveLength(1);
    expect(await readdir(cache)).toEqual([fileName]);
  });

  test('a folder of that name is not the file', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', root);
    await mkdir(join(root, fileName));
    expect(await findWeights({ fileName, url: server.url })).toBe(join(cache, fileName));
  });

  test('a name with a path in it stays inside the folders', async () => {
    expect(await findWeights({ fileName: '../../escaped.bin', url: server.url })).toBe(join(cache, 'escaped.bin'));
  });
});

describe('checks the hash of what it finds', () => {
  const damaged = Uint8Array.of(1, 2, 3);

  test('in a folder of the user: an error, and the file stays', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', join(root, 'mine'));
    const path = await put(join(root, 'mine'), damaged);
    await expect(findWeights({ fileName, sha256Prefix: sha256.slice(0, 8), url: server.url })).rejects.toMatchObject({
      code: 'weights/hash',
      message: expect.stringContaining(path),
    });
    expect(await readdir(join(root, 'mine'))).toEqual([fileName]);
  });

  test('in the cache: it is got again', async () => {
    const path = await put(cache, damaged);
    expect(await findWeights({ fileName, sha256, url: server.url })).toBe(path);
    expect(new Uint8Array(await readFile(path))).toEqual(content);
  });

  test('in the cache, without an address: an error, and it is removed', async () => {
    await put(cache, damaged);
    await expect(findWeights({ fileName, sha256 })).rejects.toMatchObject({ code: 'weights/hash' });
    expect(await readdir(cache)).toEqual([]);
  });

  test('from the net: nothing is kept', async () => {
    server.behavior = { content: damaged };
    await expect(findWeights({ fileName, sha256, url: server.url })).rejects.toMatchObject({ code: 'weights/hash' });
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('when it is nowhere', () => {
  test('offline: says the name, the hash, the address and where to put it', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', join(root, 'mine'));
    await server.close();
    const error = await findWeights({ fileName, sha256, url: server.url }).catch(
      (cause: Error & { code: string }) => cause,
    );
    expect(error).toMatchObject({ code: 'weights/unavailable' });
    for (const part of [fileName, sha256, server.url, cache, join(root, 'mine'), 'SR_WEIGHTS_DIR', 'ECONNREFUSED']) {
      expect((error as Error).message).toContain(part);
    }
  });

  test('without an address', async () => {
    await expect(findWeights('nothing.pth')).rejects.toMatchObject({
      code: 'weights/unavailable',
      message: expect.stringMatching(/nothing\.pth.*no address/),
    });
  });

  test('aborted', async () => {
    const wanted = { fileName, url: server.url };
    await expect(findWeights(wanted, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('known files', () => {
  test('have a hash, for torchvision the one in the file name, and an https address', () => {
    for (const file of knownFiles) {
      expect(file.url ?? 'https:').toMatch(/^https:/);
      for (const { sha256 } of [...(file.sha256 ? [file] : []), ...(file.alternatives ?? [])]) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
      if (file.sha256 !== undefined) continue;
      expect(file.fileName).toMatch(new RegExp(`-${file.sha256Prefix}\\.pth$`));
      expect(file.sha256Prefix).toMatch(/^[0-9a-f]{8}$/);
      expect(file.url).toBe(`https://download.pytorch.org/models/${file.fileName}`);
    }
    expect(new Set(knownFiles.map(file => file.name)).size).toBe(knownFiles.length);
    expect(new Set(knownFiles.map(file => file.fileName)).size).toBe(knownFiles.length);
  });

  test('are found under their other names in the folders of SR_WEIGHTS_DIR, and checked', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', root);
    const other = await put(join(root, 'v9/linear'), content, 'other.pth');
    const alternatives = [
      { fileName: 'absent.pth', sha256 },
      { fileName: 'v9/linear/other.pth', sha256 },
    ];
    expect(await findWeights({ fileName, sha256, alternatives })).toBe(other);
    const changed = [{ fileName: 'v9/linear/other.pth', sha256: '0'.repeat(64) }];
    await expect(findWeights({ fileName, sha256, alternatives: changed })).rejects.toMatchObject({
      code: 'weights/hash',
    });
  });

  test('are found by name and by file name, and checked', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', root);
    await put(root, content, 'vgg19-dcbb9e9d.pth');
    for (const name of ['vgg19', 'vgg19-dcbb9e9d.pth']) {
      await expect(findWeights(name)).rejects.toMatchObject({
        code: 'weights/hash',
        message: expect.stringContaining('dcbb9e9d...'),
      });
      await expect(fetchKnownWeights([name])).rejects.toMatchObject({ code: 'weights/hash' });
    }
  });

  test('of all, every one is tried before those that failed are told', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    await expect(fetchKnownWeights('all')).rejects.toMatchObject({
      code: 'weights/unavailable',
      message: expect.stringMatching(
        /^0 of \d+ files are here; vgg16, .*brisque could not be had\. .*vgg16-397923af\.pth/,
      ),
    });
    vi.unstubAllGlobals();
  });

  test('an unknown name: says which there are', async () => {
    await expect(fetchKnownWeights(['vgg18'])).rejects.toMatchObject({
      code: 'weights/unknown',
      message: expect.stringMatching(/vgg18.*vgg16, vgg19/),
    });
  });
});
