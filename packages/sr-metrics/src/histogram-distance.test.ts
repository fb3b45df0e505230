import { describe, expect, test } from 'vitest';
import { bins, goldenCases, tolerance } from './golden/distributions.js';
import { histogramDistance } from './histogram-distance.js';
import { testMetric } from './testing/index.js';
import { noise } from './testing/test-pictures.js';

testMetric(histogramDistance, { best: 0, anySizes: true });

const presets = ['earth-mover', 'chi-square', 'hellinger', 'intersection'] as const;

describe('histogramDistance', () => {
  test.each(goldenCases())('of $name equals NumPy and SciPy', async ({ read, histograms }) => {
    const [result, reference] = await read();
    for (const preset of presets) {
      // The earth mover's distance of 8-bit levels is that of the values.
      const options = preset === 'earth-mover' ? { preset } : { preset, bins };
      const [value] = await histogramDistance(result, reference, options);
      expect(Math.abs(value! - histograms[preset])).toBeLessThan(tolerance);
    }
  });

  test.each(presets)('of equal colours is 0, of black and white 1 (%s)', async preset => {
    const a = noise(6, 8, 3, 1);
    expect((await histogramDistance(a, a, { preset }))[0]).toBe(0);
    const black = { ...a, data: new Uint8Array(144) };
    const white = { ...a, data: new Uint8Array(144).fill(255) };
    expect((await histogramDistance(black, white, { preset }))[0]).toBeCloseTo(
      preset === 'earth-mover' ? 255 / 256 : 1,
      12,
    );
  });

  test('refuses unknown presets and bins', async () => {
    const a = noise(4, 4, 1, 1);
    await expect(histogramDistance(a, a, { bins: 0 })).rejects.toMatchObject({ code: 'metrics/option' });
    await expect(histogramDistance(a, a, { preset: 'l2' as 'hellinger' })).rejects.toThrow('earth-mover, chi-square');
  });
});
