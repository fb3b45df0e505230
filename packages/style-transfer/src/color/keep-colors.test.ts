import { readFileSync } from 'node:fs';
import { type Picture, Random } from 'sr-tensor';
import { expectClose } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { type KeepColor, keepColors } from './keep-colors.js';

interface Golden {
  tolerance: number;
  width: number;
  height: number;
  picture: number[];
  reference: number[];
  luma: number[];
  moments: number[];
}
// Made by tools/oracles/keep_colors.py with scikit-image and SciPy.
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/keep-colors.json', import.meta.url), 'utf8'));

describe('keepColors', () => {
  const { width, height, tolerance } = golden;
  const picture: Picture = { data: Float32Array.from(golden.picture), width, height, channels: 3 };
  const reference: Picture = { ...picture, data: Float32Array.from(golden.reference) };

  test('equals scikit-image and SciPy', async () => {
    for (const method of ['luma', 'moments'] as const) {
      await expectClose(keepColors(picture, reference, method).data, golden[method], { tolerance });
    }
  });

  test('with the same colours, and a second time, nothing changes', async () => {
    for (const method of ['luma', 'moments', 'histogram'] as const) {
      const bytes = noise(4);
      expect(keepColors(bytes, bytes, method).data).toEqual(bytes.data);
      const once = keepColors(bytes, noise(5), method);
      const twice = keepColors(once, noise(5), method);
      // 8-bit values are rounded and clipped.
      const most = Math.max(...twice.data.map((v, i) => Math.abs(v - once.data[i]!)));
      expect(most, method).toBeLessThanOrEqual(method === 'histogram' ? 0 : 8);
    }
  });

  test('pictures of one grey have no colours to stretch', () => {
    const flat: Picture = { data: new Uint8Array(12).fill(90), width: 2, height: 2, channels: 3 };
    expect([...keepColors(flat, noise(3), 'moments').data].every(Number.isFinite)).toBe(true);
    const grey: Picture = { data: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 };
    expect(keepColors(grey, grey, 'luma').channels).toBe(3);
  });

  test('says what is wrong', () => {
    const wide = { ...noise(1), width: 8, height: 2 };
    expect(() => keepColors(noise(1), wide, 'luma')).toThrow(expect.objectContaining({ code: 'style/keep-color' }));
    expect(() => keepColors(noise(1), wide, 'hue' as KeepColor)).toThrow(/histogram/);
  });
});

function noise(seed: number): Picture {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: 48 }, () => 64 + random.int(128));
  return { data, width: 4, height: 4, channels: 3 };
}
