import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { spreadVisibleColors } from './visible-colors.js';

describe('spreadVisibleColors', () => {
  test('colours transparent pixels ring by ring', () => {
    const picture = greyAlpha([
      [100, 255],
      [0, 0],
      [0, 0],
      [0, 0],
      [50, 10],
    ]);
    expect([...spreadVisibleColors(picture, 1).data]).toEqual([100, 255, 100, 0, 0, 0, 50, 0, 50, 10]);
    expect([...spreadVisibleColors(picture, 9).data]).toEqual([100, 255, 100, 0, 75, 0, 50, 0, 50, 10]);
  });

  test('leaves visible pixels, alpha and its argument alone', () => {
    const picture = noise(9, 7);
    const before = picture.data.slice();
    const { data } = spreadVisibleColors(picture, 20);
    expect(picture.data).toEqual(before);
    for (let i = 0; i < data.length; i += 4) {
      expect(data[i + 3]).toBe(before[i + 3]);
      if (before[i + 3]! > 0) expect([...data.slice(i, i + 4)]).toEqual([...before.slice(i, i + 4)]);
    }
  });

  test('returns the same picture if nothing is transparent', () => {
    const rgb: Picture = { data: new Uint8Array(12), width: 2, height: 2, channels: 3 };
    expect(spreadVisibleColors(rgb, 5)).toBe(rgb);
    const opaque = greyAlpha([
      [1, 255],
      [2, 1],
    ]);
    expect(spreadVisibleColors(opaque, 5)).toBe(opaque);
  });

  test('a wholly transparent picture keeps its colours', () => {
    const picture = greyAlpha([
      [7, 0],
      [9, 0],
    ]);
    expect([...spreadVisibleColors(picture, 5).data]).toEqual([7, 0, 9, 0]);
  });

  test('a pixel depends on none further away than the distance', () => {
    const [width, height, distance] = [12, 40, 4];
    const picture = noise(width, height, 0.9);
    const whole = spreadVisibleColors(picture, distance).data;
    for (let y = 0; y + 9 <= height; y++) {
      const rows = picture.data.subarray(y * width * 4, (y + 9) * width * 4);
      const part = spreadVisibleColors({ ...picture, data: rows, height: 9 }, distance).data;
      const middle = 4 * width * 4;
      expect([...part.slice(middle, middle + width * 4)]).toEqual([
        ...whole.slice((y + 4) * width * 4, (y + 5) * width * 4),
      ]);
    }
  });
});

function greyAlpha(pixels: number[][]): Picture {
  return { data: Uint8Array.from(pixels.flat()), width: pixels.length, height: 1, channels: 2 };
}

/** Random colours, a share of the pixels transparent. */
function noise(width: number, height: number, transparent = 0.5): Picture {
  const random = new Random(3);
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < data.length; i++) {
    data[i] = i % 4 === 3 ? (random.uniform() < transparent ? 0 : 1 + random.int(255)) : random.int(256);
  }
  return { data, width, height, channels: 4 };
}
