import { describe, expect, test } from 'vitest';
import { kendall, pearson, spearman } from './correlation.js';
import { opinionsGolden } from './golden/opinions.js';

const { correlations, tolerance } = opinionsGolden;

describe.each(Object.entries({ pearson, spearman, kendall }))('%s', (name, correlate) => {
  test.each(correlations.map(golden => [golden.a.length, golden] as const))('of %i pairs equals SciPy', (n, golden) => {
    const { value, low, high, ...rest } = correlate(golden.a, golden.b);
    const expected = golden[name as 'pearson' | 'spearman' | 'kendall'];
    expect(Math.abs(value - expected.value)).toBeLessThan(tolerance);
    expect(Math.abs(low - (expected.interval?.[0] ?? -1))).toBeLessThan(tolerance);
    expect(Math.abs(high - (expected.interval?.[1] ?? 1))).toBeLessThan(tolerance);
    expect(rest).toEqual({ n });
  });

  test('changes its sign with one of the lists', () => {
    const a = [1, 4, 2, 8, 5, 7];
    const b = [2, 3, 1, 9, 9, 4];
    const { value, low, high } = correlate(a, b);
    const turned = correlate(
      a,
      b.map(x => -x),
    );
    expect(turned.value).toBeCloseTo(-value, 12);
    expect(turned.low).toBeCloseTo(-high, 12);
    expect(turned.high).toBeCloseTo(-low, 12);
    expect(correlate(a, a).value).toBe(1);
  });

  test('of a constant is not a number', () => {
    expect(correlate([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]).value).toBeNaN();
  });

  test('refuses other counts and what is no number', () => {
    for (const [a, b] of [
      [[1], [1]],
      [
        [1, 2],
        [1, 2, 3],
      ],
      [
        [1, Number.POSITIVE_INFINITY],
        [1, 2],
      ],
      [
        [1, 2],
        [Number.NaN, 2],
      ],
    ] as const) {
      expect(() => correlate(a, b)).toThrow(expect.objectContaining({ code: 'metrics/correlation' }));
    }
  });
});
