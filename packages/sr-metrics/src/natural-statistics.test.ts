import { Random } from 'sr-tensor';
import { expect, test } from 'vitest';
import { fitAsymmetric, fitSymmetric, logGamma, sumBlock } from './natural-statistics.js';
import type { Plane } from './planes.js';

// Methods 1.7: what the fit gives for known distributions.
test.each([
  [
    'normal',
    2,
    (random: Random) => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform()),
  ],
  ['Laplace', 1, (random: Random) => Math.log(1 - random.uniform()) * (random.uniform() < 0.5 ? -1 : 1)],
  ['uniform', 10, (random: Random) => random.uniform(-1, 1)],
] as const)('fits %s noise with the shape %d', (_, shape, draw) => {
  const random = new Random(3);
  const plane: Plane = { data: Float64Array.from({ length: 300 * 300 }, () => draw(random)), width: 300, height: 300 };
  const sums = sumBlock(plane, { left: 0, top: 0, width: 300, height: 300 });
  const close = shape === 10 ? 1.2 : 0.05;
  expect(Math.abs(fitSymmetric(sums).shape - shape)).toBeLessThan(close);
  expect(Math.abs(fitAsymmetric(sums).shape - shape)).toBeLessThan(close);
});

test('multiplies with neighbours around the edge of a block', () => {
  const plane: Plane = { data: Float64Array.of(9, 1, 2, 9, 3, -4), width: 3, height: 2 };
  const block = { left: 1, top: 0, width: 2, height: 2 };
  // Rows 1 2 and 3 -4, times the value to the left: 1x2, 2x1, 3x-4, -4x3.
  expect(sumBlock(plane, block, [0, 1])).toEqual({
    count: 4,
    absolute: 28,
    below: { count: 2, squares: 288 },
    above: { count: 2, squares: 8 },
  });
  // Times the value above and to the right: 1x-4, 2x3, 3x2, -4x1.
  expect(sumBlock(plane, block, [1, -1]).absolute).toBe(20);
});

test.each([
  [0.1, 2.252712651734206],
  [1, 0],
  [5, Math.log(24)],
  [15, Math.log(87_178_291_200)],
])('the logarithm of gamma(%d) is %d', (x, value) => {
  expect(logGamma(x)).toBeCloseTo(value, 12);
});
