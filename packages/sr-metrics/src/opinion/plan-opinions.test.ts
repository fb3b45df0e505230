import { describe, expect, test } from 'vitest';
import { planOpinions } from './plan-opinions.js';

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('planOpinions', () => {
  test('gives every version of every picture as many raters (design of Akella et al.)', () => {
    const versions = ['nearest', 'bicubic', 'p', 'pva', 'pca', 'pcsa', 'pcsva', 'hr'];
    const plan = planOpinions({
      mode: 'rating',
      pictures: names('bsd', 100),
      versions,
      raters: 25,
      picturesPerRater: 20,
      calibration: { worst: 'nearest', best: 'hr' },
    });
    expect(plan.raters).toHaveLength(25);
    const counts = new Map<string, number>();
    for (const { trials, calibration } of plan.raters) {
      expect(trials).toHaveLength(160);
      const rated = new Set(trials.map(({ picture }) => picture));
      expect(rated.size).toBe(20);
      expect(calibration.map(({ version, value }) => [version, value])).toEqual(
        Array.from({ length: 5 }, () => [
          ['nearest', 1],
          ['hr', 5],
        ]).flat(),
      );
      for (const { picture } of calibration) expect(rated.has(picture)).toBe(false);
      for (const { picture, versions } of trials) {
        const key = `${picture} ${versions.join()}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(800);
    expect(new Set(counts.values())).toEqual(new Set([5]));
  });

  test('counts differ by one where they cannot be equal', () => {
    const plan = planOpinions({
      mode: 'rating',
      pictures: names('p', 7),
      versions: ['a', 'b'],
      raters: 5,
      picturesPerRater: 3,
    });
    const counts = names('p', 7).map(
      name => plan.raters.flatMap(({ trials }) => trials).filter(({ picture }) => picture === name).length / 2,
    );
    expect(new Set(counts)).toEqual(new Set([2, 3]));
  });

  test('orders at random, differently for each rater, the same for a seed', () => {
    const options = { mode: 'ranking', pictures: names('p', 30), versions: names('v', 5), raters: 3 } as const;
    const plan = planOpinions(options);
    expect(planOpinions(options)).toEqual(plan);
    expect(planOpinions({ ...options, seed: 1 })).not.toEqual(plan);
    const [first, second] = plan.raters;
    expect(first!.trials.map(({ picture }) => picture)).not.toEqual(second!.trials.map(({ picture }) => picture));
    expect(new Set(first!.trials.map(({ versions }) => versions.join())).size).toBeGreaterThan(20);
    for (const { versions } of first!.trials) expect([...versions].sort()).toEqual(names('v', 5));
    expect(plan.raters.map(({ rater }) => rater)).toEqual(['1', '2', '3']);
  });

  test('shows rated pictures as examples where there are no others', () => {
    const { raters } = planOpinions({
      mode: 'rating',
      pictures: ['a', 'b'],
      versions: ['bad', 'good'],
      raters: 1,
      calibration: { worst: 'bad', best: 'good', examples: 2 },
    });
    expect(raters[0]!.calibration).toHaveLength(4);
  });

  test.each([
    [{ pictures: [] }, 'at least 1 different names as pictures'],
    [{ pictures: ['a', 'a'] }, 'received "a" twice'],
    [{ versions: [] }, 'as versions'],
    [{ mode: 'ranking', versions: ['a'] }, 'at least 2 different names as versions'],
    [{ raters: 0 }, 'an integer from 1 as raters, received 0'],
    [{ picturesPerRater: 3 }, 'an integer from 1 to 2 as picturesPerRater, received 3'],
    [{ calibration: { worst: 'a', best: 'c' } }, 'versions among a, b for calibration, received c'],
    [{ mode: 'ranking', calibration: { worst: 'a', best: 'b', examples: 1 } }, 'the mode "rating"'],
  ] as const)('refuses %j', (wrong, message) => {
    const right = { mode: 'rating', pictures: ['x', 'y'], versions: ['a', 'b'], raters: 2 } as const;
    expect(() =>
      planOpinions({
        ...right,
        ...(wrong as object),
        ...('calibration' in wrong && { calibration: { examples: 1, ...wrong.calibration } }),
      }),
    ).toThrow(expect.objectContaining({ code: 'opinion/plan', message: expect.stringContaining(message) }));
  });
});
