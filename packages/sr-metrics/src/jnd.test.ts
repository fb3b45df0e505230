import type { Picture } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { twoAfcGolden } from './golden/two-afc.js';
import { jndScore, scoreJnd } from './jnd.js';
import { psnr } from './psnr.js';

const grey = (value: number): Picture => ({ data: Uint8Array.of(value), width: 1, height: 1, channels: 1 });

describe('jndScore', () => {
  test.each(twoAfcGolden.cases.filter(({ jnd }) => jnd !== undefined))(
    'equals the package lpips ($h.length pairs)',
    ({ d0, h, jnd }) => {
      const { score, n } = jndScore(d0, h);
      expect(Math.abs(score - jnd!)).toBeLessThan(twoAfcGolden.tolerance);
      expect(n).toBe(h.length);
    },
  );

  test('is 1 where what looks the same comes first, whatever the distances', () => {
    expect(jndScore([0.1, 0.2, 7, 9], [1, 1, 0, 0]).score).toBe(1);
    // Precision 1/3 and 2/4 at recall 1/2 and 1; the envelope lifts the first.
    expect(jndScore([3, 4, 1, 2], [1, 1, 0, 0]).score).toBe(0.5);
    expect(jndScore([1, 2], [0, 0]).score).toBeNaN();
  });

  test('refuses other counts and answers that are no fraction', () => {
    for (const [distances, same] of [
      [[], []],
      [[1, 2], [1]],
      [[1], [-1]],
    ]) {
      expect(() => jndScore(distances!, same!)).toThrow(expect.objectContaining({ code: 'metrics/pairs' }));
    }
  });
});

test('scoreJnd asks the metric in its direction', async () => {
  const pairs = [
    { p0: grey(10), p1: grey(90), same: 0 },
    { p0: [grey(10), grey(20)], p1: [grey(11), grey(40)], same: [1, 0.2] },
  ];
  const { score, n } = await scoreJnd(pairs, psnr);
  expect(n).toBe(3);
  // In order: 1, 0.2, 0.
  expect(score).toBeCloseTo((1 / 1.2) * 1 + (0.2 / 1.2) * 0.6, 12);
});
