import { getBackend, setBackend } from '@tensorflow/tfjs-core';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { describeOnBackends, randomWeights } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { compact } from './compact.js';
import { loadUpscaler } from './load-upscaler.js';

/** As many layers as are used, since errors add up along them. */
const network = compact({ channels: 8 });

describeOnBackends('a network', () => {
  test('gives what it gives on cpu, within 2e-3 and a level of 8 bits', async () => {
    const backend = getBackend();
    const floats = noise(13, 11, Float32Array);
    const levels = noise(13, 11, Uint8Array);
    await selectBackend({ backend: 'cpu' });
    const expected = [await enlarge(floats), await enlarge(levels)] as const;
    await setBackend(backend);
    expect(largestDifference(await enlarge(floats), expected[0])).toBeLessThan(2e-3);
    expect(largestDifference(await enlarge(levels), expected[1])).toBeLessThanOrEqual(1);
  });
});

async function enlarge(picture: Picture): Promise<Picture['data']> {
  const parameters = Parameters.fromWeights(network.parameters, randomWeights(5)(network.parameters));
  const upscaler = await loadUpscaler({ network, parameters }, { workers: 1 });
  const { data } = await upscaler.upscale(picture);
  upscaler.dispose();
  parameters.dispose();
  return data;
}

function noise(width: number, height: number, type: typeof Float32Array | typeof Uint8Array): Picture {
  const random = new Random(11);
  const draw = (): number => (type === Uint8Array ? random.int(256) : random.uniform());
  const values = Array.from({ length: width * height * 3 }, draw);
  return { data: new type(values), width, height, channels: 3 };
}

function largestDifference(a: Picture['data'], b: Picture['data']): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
