import { readFileSync } from 'node:fs';
import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import {
  type BlurKernel,
  blurPicture,
  type GaussianBlurKernelOptions,
  gaussianBlurKernel,
  type SincBlurKernelOptions,
  sincBlurKernel,
} from './blur-kernel.js';

// Made by tools/oracles/degradations.py with SciPy.
const golden: {
  tolerance: number;
  gaussian: { options: GaussianBlurKernelOptions; weights: number[] }[];
  sinc: { options: SincBlurKernelOptions; weights: number[] }[];
  blurred: { options: GaussianBlurKernelOptions; width: number; height: number; data: number[] };
} = JSON.parse(readFileSync(new URL('./golden/degradations.json', import.meta.url), 'utf8'));

describe('blur kernels', () => {
  test.each(golden.gaussian)('Gaussian $options as SciPy has it', ({ options, weights }) => {
    expectNear(gaussianBlurKernel(options), weights);
  });

  test.each(golden.sinc)('sinc $options as SciPy has it', ({ options, weights }) => {
    expectNear(sincBlurKernel(options), weights);
  });

  test.each([
    [() => gaussianBlurKernel({ size: 4, sigma: 1 }), 'expected an odd number as size, received 4'],
    [() => gaussianBlurKernel({ size: 5, sigma: [1, 0] }), 'expected a positive sigma, received 0'],
    [() => sincBlurKernel({ size: 5, cutoff: Number.NaN }), 'expected a positive cutoff, received NaN'],
  ])('say what they expect', (make, words) => {
    expect(make).toThrow(expect.objectContaining({ code: 'data/option' }));
    expect(make).toThrow(words);
  });
});

describe('blurPicture', () => {
  test('equals SciPy with mirrored borders', () => {
    const { options, width, height, data } = golden.blurred;
    const random = new Random(13);
    const picture: Picture = {
      data: Float32Array.from({ length: width * height * 3 }, () => random.uniform()),
      width,
      height,
      channels: 3,
    };
    const blurred = blurPicture(picture, gaussianBlurKernel(options)).data;
    for (const [i, value] of data.entries()) expect(blurred[i]!).toBeCloseTo(value, 6);
  });

  test('keeps what is constant, and rounds whole numbers', () => {
    const picture: Picture = { data: new Uint8Array(25).fill(77), width: 5, height: 5, channels: 1 };
    expect(blurPicture(picture, gaussianBlurKernel({ size: 5, sigma: 1 }))).toEqual(picture);
  });

  test('refuses a picture smaller than half the kernel', () => {
    const picture: Picture = { data: new Uint8Array(4), width: 2, height: 2, channels: 1 };
    expect(() => blurPicture(picture, gaussianBlurKernel({ size: 5, sigma: 1 }))).toThrow('more than 2 pixels a side');
  });
});

function expectNear({ weights }: BlurKernel, expected: readonly number[]): void {
  expect(weights).toHaveLength(expected.length);
  for (const [i, weight] of expected.entries()) {
    expect(Math.abs(weights[i]! - weight)).toBeLessThanOrEqual(golden.tolerance);
  }
}
