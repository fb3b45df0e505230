import { describe, expect, test } from 'vitest';
import { agreementWithMetric, analyzeOpinions } from './analyze-opinions.js';
import type { OpinionMode, Opinions } from './types.js';

/** Answers as `rater: { picture: { version: value } }`. */
function opinions(mode: OpinionMode, given: Record<string, Record<string, Record<string, number>>>): Opinions {
  const answers = Object.entries(given).flatMap(([rater, pictures]) =>
    Object.entries(pictures).flatMap(([picture, versions]) =>
      Object.entries(versions).map(([version, value]) => ({ rater, picture, version, value })),
    ),
  );
  return { mode, study: 's', answers };
}

const ratings = opinions('rating', {
  ann: { x: { bad: 1, good: 4, hr: 5 }, y: { bad: 2, good: 5, hr: 5 } },
  bob: { x: { bad: 2, good: 3, hr: 4 } },
});

const rankings = opinions('ranking', {
  ann: { x: { a: 1, b: 2, c: 3 }, y: { a: 2, b: 1, c: 3 } },
  bob: { x: { a: 1, b: 3, c: 2 } },
});

describe('analyzeOpinions', () => {
  test('of ratings: means with intervals, the best first', () => {
    const { versions, pictures, raters } = analyzeOpinions(ratings);
    expect(raters).toBe(2);
    expect(versions.map(({ version }) => version)).toEqual(['hr', 'good', 'bad']);
    expect(versions[2]).toMatchObject({ opinion: { mean: 5 / 3, n: 3 }, counts: [1, 2, 0, 0, 0], firstShare: 0 });
    // Student's t of 2 degrees of freedom: 4.30265; deviation of (1, 2, 2): 1 / sqrt(3).
    expect(versions[2]!.opinion.low).toBeCloseTo(5 / 3 - 4.30265 / 3, 4);
    expect(pictures.map(({ picture }) => picture)).toEqual(['x', 'y']);
    expect(pictures[0]!.versions.good).toMatchObject({ mean: 3.5, n: 2 });
    expect(pictures[1]!.versions.good).toMatchObject({ mean: 5, n: 1 });
  });

  test('of ratings: the first place may be shared', () => {
    const shares = Object.fromEntries(analyzeOpinions(ratings).versions.map(v => [v.version, v.firstShare]));
    expect(shares).toEqual({ hr: 1, good: 1 / 3, bad: 0 });
  });

  test('of rankings: mean ranks and shares of first ranks', () => {
    const { versions } = analyzeOpinions(rankings);
    expect(versions.map(({ version }) => version)).toEqual(['a', 'b', 'c']);
    expect(versions.map(({ firstShare }) => firstShare)).toEqual([2 / 3, 1 / 3, 0]);
    expect(versions.map(({ opinion }) => opinion.mean)).toEqual([4 / 3, 2, 8 / 3]);
    expect(versions[1]!.counts).toEqual([1, 1, 1]);
  });

  test('takes any name', () => {
    const answers = [{ rater: '1', picture: '__proto__', version: '__proto__', value: 3 }];
    const { pictures } = analyzeOpinions({ mode: 'rating', study: 's', answers });
    expect(Object.entries(pictures[0]!.versions)).toMatchObject([['__proto__', { mean: 3 }]]);
  });
});

describe('agreementWithMetric', () => {
  const cells = ['x', 'y'].flatMap(picture => ['bad', 'good', 'hr'].map(version => ({ picture, version })));
  // Mean opinions: x 1.5, 3.5, 4.5; y 2, 5, 5.
  const values = [10, 20, 30, 15, 40, 40].map((value, i) => ({ ...cells[i]!, value }));

  test('is 1 for a metric in the same order, whichever its direction', () => {
    for (const direction of ['higher', 'lower'] as const) {
      const sign = direction === 'higher' ? 1 : -1;
      const turned = values.map(cell => ({ ...cell, value: sign * cell.value }));
      const agreement = agreementWithMetric(ratings, turned, { direction });
      expect(agreement.spearman.value).toBeCloseTo(1, 12);
      expect(agreement.kendall.value).toBeCloseTo(1, 12);
      expect(agreement.pearson.value).toBeGreaterThan(0.95);
    }
  });

  test('turns ranks round', () => {
    const psnr = [
      { picture: 'x', version: 'a', value: 30 },
      { picture: 'x', version: 'b', value: 20 },
      { picture: 'x', version: 'c', value: 20 },
    ];
    expect(agreementWithMetric(rankings, psnr, { direction: 'higher' }).spearman.value).toBeCloseTo(1, 12);
  });

  test('leaves out what has no opinion or no finite value', () => {
    const more = [
      ...values,
      { picture: 'z', version: 'bad', value: 1 },
      { picture: 'x', version: 'hr', value: Number.POSITIVE_INFINITY },
    ];
    expect(agreementWithMetric(ratings, more, { direction: 'higher' })).toEqual(
      agreementWithMetric(ratings, values, { direction: 'higher' }),
    );
    expect(() => agreementWithMetric(ratings, [], { direction: 'higher' })).toThrow(
      expect.objectContaining({ code: 'metrics/correlation' }),
    );
  });
});
