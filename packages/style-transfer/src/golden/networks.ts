/** What tools/oracles/style_networks.py wrote with PyTorch. */
import { readFileSync } from 'node:fs';
import { type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { expect } from 'vitest';
import type { StyleNetworkOptions, StylePresetName } from '../network/style-network.js';

interface Statistics {
  shape: number[];
  mean: number;
  deviation: number;
  step: number;
  samples: number[];
}
interface Case {
  preset: StylePresetName;
  config: StyleNetworkOptions;
  seed: number;
  size: [number, number];
  output: Statistics;
  gradient: Statistics;
}
interface Golden {
  tolerance: number;
  last: number;
  publishedTolerance: number;
  counts: { preset: StylePresetName; config: StyleNetworkOptions; parameters: number }[];
  cases: Case[];
  published: { file: string; seed: number; size: [number, number]; output: Statistics }[];
}

export const golden: Golden = JSON.parse(readFileSync(new URL('./networks.json', import.meta.url), 'utf8'));

/** The noise that the script draws. */
export function picture(seed: number, [height, width]: readonly [number, number]): Tensor4D {
  const random = new Random(seed);
  const pixels = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
  return tensor4d(pixels, [1, height, width, 3]);
}

/** In units of the deviation. */
export async function expectStatistics(actual: Tensor, expected: Statistics, tolerance: number): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  const values = (await actual.data()) as Float32Array;
  const { deviation, step, samples } = expected;
  const near = (value: number, wanted: number): void =>
    expect(Math.abs(value - wanted) / deviation).toBeLessThan(tolerance);
  const average = values.reduce((sum, v) => sum + v, 0) / values.length;
  near(average, expected.mean);
  near(Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / values.length), deviation);
  for (const [i, sample] of samples.entries()) near(values[i * step]!, sample);
}
