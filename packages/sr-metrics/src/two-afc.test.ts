import type { Picture } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { twoAfcGolden } from './golden/two-afc.js';
import { psnr } from './psnr.js';
import { scoreTwoAfc, type TwoAfcTriplet, twoAfcScore } from './two-afc.js';

const grey = (value: number): Picture => ({ data: Uint8Array.of(value), width: 1, height: 1, channels: 1 });

describe('twoAfcScore', () => {
  test.each(twoAfcGolden.cases)('equals the package lpips ($h.length triplets)', ({ d0, d1, h, twoAfc }) => {
    const { score, n } = twoAfcScore(d0, d1, h);
    expect(Math.abs(score - twoAfc)).toBeLessThan(twoAfcGolden.tolerance);
    expect(n).toBe(h.length);
  });

  test('siding with the majority scores the mean of max(h, 1 - h); constants 0.5; swapped 1 - score', () => {
    const { d0, d1, h } = twoAfcGolden.cases[2]!;
    const { best, human } = twoAfcScore(d0, d1, h);
    const majority = h.map(fraction => 1 - fraction);
    // No fraction of five is a tie.
    expect(twoAfcScore(h, majority, h).score).toBeCloseTo(best, 12);
    expect(twoAfcScore([1, 1, 1], [1, 1, 1], [0, 1, 0.2]).score).toBe(0.5);
    expect(twoAfcScore(d1, d0, h).score).toBeCloseTo(1 - twoAfcScore(d0, d1, h).score, 12);
    expect(human).toBeLessThan(best);
    expect(twoAfcScore([0], [1], [0.8])).toEqual({
      score: expect.closeTo(0.2, 12),
      best: 0.8,
      human: expect.closeTo(0.68, 12),
      n: 1,
    });
  });

  test('refuses other counts and judgements that are no fraction', () => {
    for (const [d0, d1, h] of [
      [[], [], []],
      [[1], [1, 2], [1, 0]],
      [[1], [1], [5]],
      [[1], [1], [Number.NaN]],
    ]) {
      expect(() => twoAfcScore(d0!, d1!, h!)).toThrow(expect.objectContaining({ code: 'metrics/pairs' }));
    }
  });
});

describe('scoreTwoAfc', () => {
  const triplets: TwoAfcTriplet[] = [
    { reference: grey(100), p0: grey(101), p1: grey(120), judge: 0.2 },
    { reference: [grey(100), grey(50)], p0: [grey(120), grey(50)], p1: [grey(105), grey(90)], judge: [0.6, 0] },
  ];

  test('asks the metric in its direction, single pictures or several', async () => {
    const progress: number[] = [];
    // PSNR is higher for what is nearer.
    const { score, n } = await scoreTwoAfc(triplets, psnr, { onProgress: done => progress.push(done) });
    expect(score).toBeCloseTo((0.8 + 0.6 + 1) / 3, 12);
    expect(n).toBe(3);
    expect(progress).toEqual([1, 3]);
  });

  test('stops at its signal', async () => {
    await expect(scoreTwoAfc(triplets, psnr, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});
