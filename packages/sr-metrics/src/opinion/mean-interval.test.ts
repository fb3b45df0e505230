import { expect, test } from 'vitest';
import { opinionsGolden } from '../golden/opinions.js';
import { meanInterval } from './mean-interval.js';

test.each(opinionsGolden.means.map(golden => [golden.values.length, golden] as const))(
  'the interval of %i values is that of SciPy',
  (n, golden) => {
    const { mean, low, high, ...rest } = meanInterval(golden.values);
    for (const [value, expected] of [
      [mean, golden.mean],
      [low, golden.low],
      [high, golden.high],
    ] as const) {
      expect(Math.abs(value - expected)).toBeLessThan(1e-10);
    }
    expect(rest).toEqual({ n });
  },
);

test('one value has a mean and no interval, equal ones a narrow one', () => {
  expect(meanInterval([3])).toEqual({ mean: 3, low: Number.NaN, high: Number.NaN, n: 1 });
  expect(meanInterval([4, 4, 4])).toEqual({ mean: 4, low: 4, high: 4, n: 3 });
});
