// The server of `sr ui`: what it computes, and for whom it does not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUiServer, type UiServer } from './server.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-test-'));
const stop = new AbortController();
let server: UiServer;
let origin: string;
let authorization: string;

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  const upscaler = await loadUpscaler(small, { backend: 'wasm', workers: 0 });
  const model = { upscaler, name: 'x4-small' };
  server = await startUiServer({ folder, port: 0, largestUpload: 20_000, model, signal: stop.signal });
  const url = new URL(server.address);
  origin = url.origin;
  authorization = `Bearer ${url.hash.slice('#key='.length)}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const picture = async (side: number): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await sharp({ create: { width: side, height: side, channels: 3, background: '#369' } })
      .png()
      .toBuffer(),
  );

async function enlarge(body: BodyInit, query = ''): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${origin}/api/enlarge${query}`, { method: 'POST', body, headers: { authorization } });
  expect(response.status).toBe(200);
  return (await response.text())
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
}

describe('sr ui', () => {
  it('serves the page, which may speak to nobody else', async () => {
    const response = await fetch(`${origin}/`);
    expect(await response.text()).toBe('<p>page</p>');
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self'");
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it.each([
    ['', 4],
    ['?scale=2', 2],
    ['?scale=3', 3],
  ])('enlarges %s, with progress', async (query, scale) => {
    const lines = await enlarge(await picture(8), query);
    const side = 8 * scale;
    expect(lines[0]).toEqual({ kind: 'opened', width: side, height: side, hasAlpha: false });
    expect(lines.some(({ kind, percent }) => kind === 'progress' && percent === 100)).toBe(true);
    const done = lines.at(-1)!;
    expect(done).toMatchObject({ kind: 'done', width: side, height: side, backend: 'wasm' });
    const result = await fetch(`${origin}/api/results/${done.name}`, { headers: { authorization } });
    expect(await sharp(Buffer.from(await result.arrayBuffer())).metadata()).toMatchObject({
      width: side,
      height: side,
    });
  });

  it('says what is wrong with a file, and goes on', async () => {
    expect((await enlarge('no picture')).at(-1)).toMatchObject({
      kind: 'error',
      code: expect.stringMatching(/^picture\//),
    });
    expect((await enlarge(await picture(4))).at(-1)).toMatchObject({ kind: 'done' });
  });

  it('refuses requests without the key, from other pages, and under other names', async () => {
    const status = async (headers: Record<string, string>, path = '/api/status'): Promise<number> =>
      (await fetch(`${origin}${path}`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `${authorization.slice(0, -1)}_` })).toBe(401);
    expect(await status({ authorization, origin: 'https://example.com' })).toBe(403);
    expect(await status({ authorization, origin })).toBe(200);
    expect(await statusUnderName('evil.example:80')).toBe(403);
    expect(await status({ authorization }, '/api/results/..%2f..%2fetc%2fpasswd')).toBe(404);
    expect(await status({}, '/../package.json')).toBe(404);
  });

  it('refuses what is too large, whatever it says of its length', async () => {
    const post = (body: BodyInit): Promise<Response> =>
      fetch(`${origin}/api/enlarge`, {
        method: 'POST',
        body,
        headers: { authorization },
        duplex: 'half',
      } as RequestInit);
    expect((await post(new Uint8Array(20_001))).status).toBe(413);
    const stream = new Blob([new Uint8Array(30_000)]).stream();
    expect((await post(stream)).status).toBe(413);
    expect((await fetch(`${origin}/api/enlarge?scale=5`, { method: 'POST', headers: { authorization } })).status).toBe(
      400,
    );
  });
});

/** `fetch` would not send another Host. */
function statusUnderName(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${origin}/api/status`, { headers: { host, authorization } }, response => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}
