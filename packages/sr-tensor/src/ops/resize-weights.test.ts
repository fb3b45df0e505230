import { expect, test } from 'vitest';
import { resizedSize, resizeWeights } from './resize-weights.js';

function row(i: number, { taps, weights }: ReturnType<typeof resizeWeights>): number[] {
  return [...weights.subarray(i * taps, (i + 1) * taps)];
}

function expectNear(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  // Half a unit of the last published digit.
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThan(5e-9);
}

// What MATLAB's imresize weighs with, published to eight digits.
test('bicubic x4 has the phases of MATLAB', () => {
  const weights = resizeWeights(16, 64);
  const near = [-0.04394531, 0.38964844, 0.72753906, -0.07324219];
  const far = [-0.00683594, 0.09082031, 0.96386719, -0.04785156];
  expectNear(row(32, weights), near);
  expectNear(row(33, weights), far);
  expectNear(row(34, weights), [...far].reverse());
  expectNear(row(35, weights), [...near].reverse());
});

test('bicubic x1/4 has the sixteen taps of MATLAB', () => {
  const half = [-0.00170898, -0.01098633, -0.01831055, -0.01196289, 0.02270508, 0.09741211, 0.18188477, 0.2409668];
  const weights = resizeWeights(64, 16);
  expectNear(row(8, weights), [...half, ...half.toReversed()]);
  expect(weights.start[8]).toBe(8 * 4 - 6);
});

test('rows sum to 1 and stay inside, whatever the sizes', () => {
  for (const preset of ['matlab', 'pil', 'torch'] as const) {
    for (const kernel of ['nearest', 'linear', 'cubic', 'lanczos'] as const) {
      for (const [inSize, outSize] of [
        [1, 5],
        [2, 1],
        [3, 17],
        [100, 7],
        [31, 32],
      ] as const) {
        const { start, taps, weights } = resizeWeights(inSize, outSize, { preset, kernel, antialias: true });
        for (let i = 0; i < outSize; i++) {
          const sum = weights.subarray(i * taps, (i + 1) * taps).reduce((total, weight) => total + weight, 0);
          expect(sum).toBeCloseTo(1, 12);
          expect(start[i]).toBeGreaterThanOrEqual(0);
          expect(start[i]! + taps).toBeLessThanOrEqual(inSize);
        }
      }
    }
  }
});

// The cubic kernel with a = -0.75 at the distances of the quarters: the table of TensorFlow 1's resize_bicubic_op.cc.
test('TensorFlow 1 has its pixels at whole and quarter places', () => {
  const weights = resizeWeights(16, 64, { preset: 'tensorflow1' });
  expect(row(32, weights)).toContain(1);
  expectNear(row(33, weights), [-0.10546875, 0.87890625, 0.26171875, -0.03515625]);
  expectNear(row(34, weights), [-0.09375, 0.59375, 0.59375, -0.09375]);
});

test('sizes are rounded as each tool does', () => {
  expect(resizedSize(255, 1 / 4)).toBe(64);
  expect(resizedSize(255, 1 / 4, 'torch')).toBe(63);
  expect(resizedSize(255, 1 / 4, 'pil')).toBe(64);
  expect(resizedSize(253, 1 / 4, 'pil')).toBe(63);
});

test('refuses what cannot be and what a tool lacks', () => {
  expect(() => resizeWeights(0, 3)).toThrow('positive integers');
  expect(() => resizeWeights(4, 2.5)).toThrow('positive integers');
  expect(() => resizeWeights(4, 2, { preset: 'torch', kernel: 'lanczos' })).toThrow('antialias: true');
  expect(() => resizeWeights(4, 2, { preset: 'tensorflow1', antialias: true })).toThrow('neither');
  expect(() => resizeWeights(4, 2, { preset: 'pil', antialias: false })).toThrow('always antialiases');
});
