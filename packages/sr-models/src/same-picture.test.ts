import { readFileSync } from 'node:fs';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { describeOnBackends, randomWeights } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type CompactConfig, compact } from './compact.js';
import { loadUpscaler } from './load-upscaler.js';

interface Enlarged {
  config: CompactConfig;
  seed: number;
  /** What the weights of the last layer are multiplied by. */
  last: number;
  size: [height: number, width: number];
  floats: number[];
  levels: number[];
}
// Made by tools/oracles/compact.py with PyTorch: as many layers as are used, since errors add up along them.
const { enlarged: golden }: { enlarged: Enlarged } = JSON.parse(
  readFileSync(new URL('./golden/compact.json', import.meta.url), 'utf8'),
);

describeOnBackends('a network', () => {
  test('gives the picture of PyTorch, within 2e-3 and a level of 8 bits', async () => {
    const [height, width] = golden.size;
    const random = new Random(golden.seed);
    const floats = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
    const levels = Uint8Array.from(floats, value => Math.floor(value * 256));
    expect(largestDifference(await enlarge({ data: floats, width, height, channels: 3 }), golden.floats)).toBeLessThan(
      2e-3,
    );
    expect(
      largestDifference(await enlarge({ data: levels, width, height, channels: 3 }), golden.levels),
    ).toBeLessThanOrEqual(1);
  });
});

async function enlarge(picture: Picture): Promise<Picture['data']> {
  const network = compact(golden.config);
  const weights = randomWeights(golden.seed)(network.parameters);
  for (const [name, { data }] of weights) {
    if (name.startsWith('tail')) for (let i = 0; i < data.length; i++) data[i] = data[i]! * golden.last;
  }
  const parameters = Parameters.fromWeights(network.parameters, weights);
  const upscaler = await loadUpscaler({ network, parameters }, { workers: 1 });
  const { data } = await upscaler.upscale(picture);
  upscaler.dispose();
  parameters.dispose();
  return data;
}

function largestDifference(a: Picture['data'], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
