import { describe, expect, test } from 'vitest';
import { colorMoments } from './color-moments.js';
import { goldenCases, tolerance } from './golden/distributions.js';
import { testMetric } from './testing/index.js';
import { noise } from './testing/test-pictures.js';

testMetric(colorMoments, { best: 0, anySizes: true });

describe('colorMoments', () => {
  test.each(goldenCases())('of $name equals NumPy and SciPy', async ({ read, colorMoments: expected }) => {
    expect(Math.abs((await colorMoments(...(await read())))[0]! - expected)).toBeLessThan(tolerance);
  });

  test('does not see where colours lie, and weighs moments', async () => {
    const a = noise(6, 8, 1, 1);
    const turned = { ...a, width: 6, height: 8, data: a.data.slice().reverse() };
    expect((await colorMoments(a, turned))[0]).toBeCloseTo(0, 12);
    const black = { ...a, data: new Uint8Array(48) };
    const white = { ...a, data: new Uint8Array(48).fill(255) };
    expect((await colorMoments(black, white, { weights: [2, 1, 1] }))[0]).toBeCloseTo(6, 12);
    await expect(colorMoments(a, a, { weights: [1, -1, 1] })).rejects.toMatchObject({ code: 'metrics/option' });
  });
});
