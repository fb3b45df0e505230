import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { fetchBytes, fetchWeights } from './fetch-weights.js';
import type { WeightTensor } from './types.js';
import { writeSafetensors } from './write-safetensors.js';

let server: Server | undefined;
let requests: { range: string | undefined; sent: number }[] = [];

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
});

/** Serves bytes, by ranges if it should. */
async function serve(content: Uint8Array, { ranges = true, status = 0 } = {}): Promise<string> {
  requests = [];
  server = createServer(({ headers }, response) => {
    const [, from, to] = (ranges && /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')) || [];
    const body = from === undefined ? content : content.subarray(Number(from), Number(to) + 1);
    requests.push({ range: headers.range, sent: body.length });
    if (status !== 0) response.writeHead(status).end();
    else if (from === undefined) response.writeHead(200).end(body);
    else {
      const last = Number(from) + body.length - 1;
      response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${content.length}` }).end(body);
    }
  });
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/net.safetensors`;
}

const layer = (value: number, size: number): WeightTensor => ({
  dtype: 'f32',
  shape: [size],
  data: new Float32Array(size).fill(value),
});
/** Three layers of 400 kB, so that the second is worth a gap between two requests. */
const tensors = new Map([
  ['first.weight', layer(1, 100_000)],
  ['second.weight', layer(2, 100_000)],
  ['third.weight', layer(3, 100_000)],
  ['third.bias', layer(4, 10)],
]);
const file = writeSafetensors(tensors, { metadata: { kind: 'test' } });

test('fetches only the bytes of the tensors that are wanted', async () => {
  const url = await serve(file);
  const { tensors: found, metadata } = await fetchWeights(url, { wanted: name => !name.startsWith('second') });
  expect([...found.keys()]).toEqual(['first.weight', 'third.bias', 'third.weight']);
  for (const [name, { data }] of found)
    expect(data.every((value, i) => value === tensors.get(name)!.data[i])).toBe(true);
  expect(metadata).toMatchObject({ kind: 'test' });
  expect(requests.map(({ sent }) => sent)).toEqual([65_536, 400_000, 400_040]);
});

test('takes the whole from a server without ranges', async () => {
  const url = await serve(file, { ranges: false });
  const { tensors: found } = await fetchWeights(url, { wanted: name => name === 'third.bias' });
  expect([...found.keys()]).toEqual(['third.bias']);
  expect(requests).toHaveLength(1);
});

test('reads a header longer than the first request', async () => {
  const many = new Map(Array.from({ length: 2_000 }, (_, i) => [`layer.${i}.weight`, layer(i, 1)]));
  const url = await serve(writeSafetensors(many));
  const { tensors: found } = await fetchWeights(url, { wanted: name => name === 'layer.7.weight' });
  expect(found.get('layer.7.weight')!.data).toEqual(Float32Array.of(7));
  expect(requests).toHaveLength(3);
});

test('says why it failed', async () => {
  const url = await serve(file, { status: 404 });
  await expect(fetchBytes(url)).rejects.toMatchObject({
    code: 'fetch/failed',
    message: expect.stringContaining('404'),
  });
  await expect(fetchBytes(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
});

test('refuses a damaged header', async () => {
  const url = await serve(file.subarray(0, file.length - 4));
  await expect(fetchWeights(url)).rejects.toMatchObject({ code: 'weights/corrupt' });
});
