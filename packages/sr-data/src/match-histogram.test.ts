import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { toLuma } from './luma.js';
import { matchHistogram } from './match-histogram.js';

const random = new Random(3);
/** Values that thin out towards the top, by a power. */
function noise(width: number, height: number, channels: Picture['channels'], power = 1): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, () => 256 * random.uniform() ** power);
  return { data, width, height, channels };
}

describe('each channel', () => {
  test('by hand: shares of 1/4, 3/4, 1 in the picture, 1/2, 1 in the reference', () => {
    const picture: Picture = { data: Uint8Array.of(10, 20, 20, 30), width: 4, height: 1, channels: 1 };
    const reference: Picture = { data: Uint8Array.of(100, 200), width: 2, height: 1, channels: 1 };
    // The share of 10 is 1/4, reached by 100 (1/2); those of 20 and 30, 3/4 and 1, by 200.
    expect(matchHistogram(picture, reference).data).toEqual(Uint8Array.of(100, 200, 200, 200));
  });

  test('is exact for the same multiset, in any order and any multiple', () => {
    const picture = noise(16, 16, 1);
    const shuffled = { ...picture, data: Uint8Array.from(random.permutation(256), i => picture.data[i]!) };
    expect(matchHistogram(picture, shuffled)).toEqual(picture);
    const twice = { ...picture, data: Uint8Array.of(...picture.data, ...shuffled.data), height: 32 };
    expect(matchHistogram(picture, twice)).toEqual(picture);
  });

  test('is idempotent and monotone', () => {
    const picture = noise(40, 30, 3);
    const reference = noise(21, 13, 3, 3);
    const once = matchHistogram(picture, reference);
    expect(matchHistogram(once, reference)).toEqual(once);
    for (let c = 0; c < 3; c++) {
      const map = new Map<number, number>();
      for (let i = c; i < picture.data.length; i += 3) map.set(picture.data[i]!, once.data[i]!);
      const mapped = [...map].sort(([a], [b]) => a - b).map(([, to]) => to);
      expect(mapped).toEqual([...mapped].sort((a, b) => a - b));
    }
  });

  test('gives the distribution of the reference', () => {
    const once = matchHistogram(noise(100, 100, 1), noise(100, 100, 1, 3));
    const below = (limit: number) => once.data.filter(value => value < limit).length / 10_000;
    // u^3 < 1/8 with probability 1/2, < 27/64 with 3/4; 10,000 draws have a deviation of 0.005.
    expect(below(32)).toBeCloseTo(0.5, 1);
    expect(below(108)).toBeCloseTo(0.75, 1);
  });

  test('16 bits have a bin for each value, alpha stays', () => {
    const data = Uint16Array.of(1000, 7, 1001, 8);
    const picture: Picture = { data, width: 2, height: 1, channels: 2 };
    const reference: Picture = { data: Uint16Array.of(40_000, 50_000), width: 2, height: 1, channels: 1 };
    expect(matchHistogram(picture, reference).data).toEqual(Uint16Array.of(40_000, 7, 50_000, 8));
  });
});

describe('luma', () => {
  test('moves the colours of a pixel alike', () => {
    const picture = noise(50, 50, 3);
    const data = picture.data.map(value => 64 + value / 4);
    const reference = { ...noise(50, 50, 3), data: data.map(value => value + 20) };
    const result = matchHistogram({ ...picture, data: data as Uint8Array }, reference, { channel: 'y' });
    const differences = new Set(Array.from(result.data, (value, i) => value - data[i]!));
    expect([...differences].sort()).toEqual([20]);
  });

  test('is exact for the same multiset and brings the mean luma to that of the reference', () => {
    const picture = noise(50, 50, 3);
    expect(matchHistogram(picture, picture, { channel: 'y' })).toEqual(picture);
    const dark = { ...picture, data: picture.data.map(value => 60 + value / 4) as Uint8Array };
    const bright = { ...picture, data: picture.data.map(value => 120 + value / 4) as Uint8Array };
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const result = matchHistogram(dark, bright, { channel: 'y' });
    expect(Math.abs(mean(toLuma(result)) - mean(toLuma(bright)))).toBeLessThan(0.5);
  });
});

test('grey and RGB do not match, nor floats', () => {
  const float: Picture = { data: new Float32Array(1), width: 1, height: 1, channels: 1 };
  for (const [a, b] of [
    [noise(2, 2, 3), noise(2, 2, 1)],
    [float, noise(2, 2, 1)],
  ] as const) {
    expect(() => matchHistogram(a, b)).toThrow(expect.objectContaining({ code: 'picture/invalid' }));
  }
});
