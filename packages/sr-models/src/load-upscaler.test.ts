import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getBackend, memory } from '@tensorflow/tfjs-core';
import { type Network, Parameters, type Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { type ModelCard, writeSafetensors, writeWeights } from 'sr-tensor/weights';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compact } from './compact.js';
import { loadModel } from './load-model.js';
import { loadNetwork } from './load-network.js';
import { loadUpscaler } from './load-upscaler.js';
import { loadUpscaler as loadUpscalerFile } from './load-upscaler-file.js';

const network = compact({ scale: 2, channels: 4, depth: 1 });
const card: ModelCard = {
  name: 'x2-test',
  description: 'Untrained, for tests.',
  network: { name: network.name, config: network.config },
  scale: 2,
  parameters: 704,
  license: 'MIT',
  trainingData: 'none',
  training: {},
  results: {},
};
const picture: Picture = { data: Uint8Array.from({ length: 75 }, (_, i) => 3 * i), width: 5, height: 5, channels: 3 };

let folder: string;
let parameters: Parameters;
let bytes: Uint8Array;
let expected: Picture;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-models-'));
  await selectBackend({ backend: 'cpu' });
  parameters = Parameters.create(network.parameters, { seed: 1 });
  bytes = await writeWeights(await parameters.toWeights(), { card });
  await writeFile(join(folder, 'with-card.safetensors'), bytes);
  await writeFile(join(folder, 'plain.safetensors'), writeSafetensors(await parameters.toWeights()));
  const upscaler = await loadUpscaler({ network, parameters });
  expected = await upscaler.upscale(picture);
  upscaler.dispose();
});

afterAll(async () => {
  parameters.dispose();
  await rm(folder, { recursive: true });
});

describe('loadUpscaler', () => {
  test('takes a module, bytes, a path, a file URL', async () => {
    const url = pathToFileURL(join(folder, 'with-card.safetensors'));
    const before = memory().numTensors;
    for (const source of [{ card, url }, { card, url: url.href }, bytes, url, join(folder, 'with-card.safetensors')]) {
      const upscaler = await loadUpscalerFile(source, { backend: 'cpu' });
      expect(upscaler).toMatchObject({ scale: 2, card: { name: 'x2-test' }, backend: { backend: 'cpu' } });
      expect(await upscaler.upscale(picture)).toEqual(expected);
      upscaler.dispose();
      expect(memory().numTensors).toBe(before);
    }
  });

  test('leaves the parameters of a model to their owner', async () => {
    const upscaler = await loadUpscaler({ network, parameters });
    upscaler.dispose();
    expect(parameters.get('head.weight').isDisposed).toBe(false);
  });

  test('stays on its backend whatever the program does', async () => {
    const onWasm = await loadUpscaler(bytes, { backend: 'wasm', workers: 0 });
    const onCpu = await loadUpscaler(bytes, { backend: 'cpu' });
    expect(getBackend()).toBe('cpu');
    const [a, b] = await Promise.all([onWasm.upscale(picture), onCpu.upscale(picture)]);
    expect(a).toEqual(expected);
    expect(b).toEqual(expected);
    onWasm.dispose();
    onCpu.dispose();
    await selectBackend({ backend: 'cpu' });
  });

  test('matches the histogram of the input on request', async () => {
    const upscaler = await loadUpscaler({ network, parameters });
    const dark = { ...picture, data: picture.data.map(value => value >> 3) };
    const { data } = await upscaler.upscale(dark, { matchHistogram: true });
    const levels = new Set(dark.data);
    expect(data.every(value => levels.has(value))).toBe(true);
    upscaler.dispose();
  });

  test('tiles as it is told', async () => {
    const upscaler = await loadUpscaler({ network, parameters }, { tile: 24, workers: 0 });
    const wide: Picture = { data: new Uint8Array(60 * 3), width: 60, height: 1, channels: 3 };
    let tiles = 0;
    await upscaler.upscale(wide, { onProgress: () => tiles++ });
    expect(tiles).toBeGreaterThan(1);
    upscaler.dispose();
  });

  test.each([-1, 1.5, Number.NaN])('refuses %d workers', async workers => {
    await expect(loadUpscaler({ network, parameters }, { workers })).rejects.toMatchObject({ code: 'option/invalid' });
  });
});

describe('loadModel', () => {
  test('rebuilds the network of the card', async () => {
    const model = await loadModel(bytes);
    expect(model.network.config).toEqual(network.config);
    expect(await model.parameters.toWeights()).toEqual(await parameters.toWeights());
    model.parameters.dispose();
  });

  test('says what is wrong with a source', async () => {
    const url = pathToFileURL(join(folder, 'absent.safetensors'));
    await expect(loadModel({ card, url })).rejects.toMatchObject({ code: 'fetch/failed' });
    const plain = writeSafetensors(await parameters.toWeights());
    await expect(loadModel(plain)).rejects.toMatchObject({ code: 'weights/no-card' });
    const damaged = bytes.slice();
    damaged[damaged.length - 1]! ^= 1;
    await expect(loadModel(damaged)).rejects.toMatchObject({ code: 'weights/hash' });
    const foreign = writeSafetensors(await parameters.toWeights(), {
      card: { ...card, network: { name: 'esrgan', config: {} } },
    });
    await expect(loadModel(foreign)).rejects.toMatchObject({ code: 'network/unknown' });
    const other = { ...card, network: { name: 'compact', config: { ...network.config, channels: 5 } } };
    const wrong = writeSafetensors(await parameters.toWeights(), { card: other });
    await expect(loadModel(wrong)).rejects.toThrow(
      '"head.weight": expected the shape [5, 3, 3, 3], the weights hold [4, 3, 3, 3]',
    );
  });
});

describe('loadNetwork', () => {
  const config: Network['config'] = { scale: 2, channels: 4, depth: 1 };

  test('fills a named network from a file', async () => {
    const model = await loadNetwork('compact', join(folder, 'plain.safetensors'), { config });
    expect(await model.parameters.toWeights()).toEqual(await parameters.toWeights());
    model.parameters.dispose();
  });

  test('names the first parameter that does not fit, and both shapes', async () => {
    const path = join(folder, 'plain.safetensors');
    const before = memory().numTensors;
    await expect(loadNetwork('compact', path, { config: { ...config, channels: 6 } })).rejects.toMatchObject({
      code: 'weights/shape',
      message: expect.stringContaining('"head.weight": expected the shape [6, 3, 3, 3], the weights hold [4, 3, 3, 3]'),
    });
    await expect(loadNetwork('compact', path, { config: { ...config, depth: 2 } })).rejects.toMatchObject({
      code: 'weights/missing',
      message: expect.stringContaining('"body.1.weight" [4, 4, 3, 3]'),
    });
    await expect(loadNetwork('compakt', path)).rejects.toMatchObject({ code: 'network/unknown' });
    await expect(loadNetwork('compact', join(folder, 'absent'))).rejects.toMatchObject({ code: 'file/not-found' });
    expect(memory().numTensors).toBe(before);
  });
});
