import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** What an oracle tells of a tensor: its mean and deviation, and every so manieth value. */
export interface Summary {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly step: number;
  readonly samples: readonly number[];
}

/** Fails unless a tensor is what the summary says, within `tolerance` of the largest value that it tells. */
export async function expectSummary(
  tensor: Tensor,
  { shape, mean, deviation, step, samples }: Summary,
  { tolerance, what }: { tolerance: number; what: string },
): Promise<void> {
  expect(tensor.shape, what).toEqual(shape);
  const values = (await tensor.data()) as Float32Array;
  const limit = tolerance * Math.max(deviation, ...samples.map(Math.abs), 1e-6);
  const actualMean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - actualMean) ** 2, 0) / values.length;
  const pairs: [string, number, number][] = [
    ['mean', actualMean, mean],
    ['deviation', Math.sqrt(variance), deviation],
    ...samples.map((sample, i): [string, number, number] => [`value ${i * step}`, values[i * step]!, sample]),
  ];
  for (const [name, actual, expected] of pairs) {
    expect(
      Math.abs(actual - expected),
      `${what}, ${name}: expected ${expected}, received ${actual}`,
    ).toBeLessThanOrEqual(limit);
  }
}
