import type { Picture } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { patternPair } from './golden/metrics.js';
import { casesOf, type PairFiles, readGolden } from './golden/pairs.js';
import { tidCases } from './golden/tid.js';
import { testMetric } from './testing/index.js';
import { vif } from './vif.js';

const golden = readGolden<{ tolerance: number; cases: (PairFiles & { vif: number })[] }>('./vif.json');

testMetric(vif, { best: 1, leastSize: 65, size: 66, tolerance: 1e-9, canExceedBest: true });

describe('vif', () => {
  test.each(casesOf(golden.cases))('of $name equals the pyramid of pyrtools', async ({ read, vif: expected }) => {
    const [result, reference] = await read();
    expect(Math.abs((await vif(result, reference))[0]! - expected)).toBeLessThan(golden.tolerance);
  });

  test.each(tidCases('vif'))('of TID $name is as the authors print it', async ({ read, official }) => {
    const [result, reference] = await read();
    // vifvec.m on rgb2gray's 8 bits; printed with four decimals.
    expect(Math.abs((await vif(result, reference, { roundLuma: true }))[0]! - official)).toBeLessThan(1e-3);
  });

  test('of a flat result is 0, of flat pictures 1, and more contrast exceeds 1', async () => {
    const [pattern] = patternPair(70, 70);
    const flat: Picture = { ...pattern, data: new Uint8Array(70 * 70).fill(90) };
    expect((await vif(flat, pattern))[0]).toBeCloseTo(0, 9);
    expect((await vif(flat, flat))[0]).toBe(1);
    const low: Picture = { ...pattern, data: pattern.data.map(value => 100 + value / 8) };
    const high: Picture = { ...pattern, data: low.data.map(value => 2 * (value - 100) + 100) };
    expect((await vif(high, low))[0]).toBeGreaterThan(1.1);
  });
});
