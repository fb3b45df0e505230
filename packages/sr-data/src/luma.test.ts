import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { toLuma } from './luma.js';

function pixel(data: Picture['data'], channels: Picture['channels']): number {
  return toLuma({ data, width: 1, height: 1, channels })[0]!;
}

test('the corners of the colour cube, as the coefficients give them', () => {
  // 16 + 65.481, 16 + 128.553, 16 + 24.966, all, none; rounded for 8 bits.
  const corners: [number[], number][] = [
    [[255, 0, 0], 81.481],
    [[0, 255, 0], 144.553],
    [[0, 0, 255], 40.966],
    [[255, 255, 255], 235],
    [[0, 0, 0], 16],
  ];
  for (const [color, luma] of corners) {
    expect(pixel(Uint8Array.from(color), 3)).toBe(Math.round(luma));
    expect(
      pixel(
        Uint16Array.from(color, value => value * 257),
        3,
      ),
    ).toBeCloseTo(luma, 10);
    expect(
      pixel(
        Float32Array.from(color, value => value / 255),
        3,
      ),
    ).toBeCloseTo(luma, 10);
  }
});

test('grey counts as equal colours, alpha is left out', () => {
  expect(pixel(Uint8Array.of(100), 1)).toBe(pixel(Uint8Array.of(100, 100, 100), 3));
  expect(pixel(Uint8Array.of(100, 7), 2)).toBe(pixel(Uint8Array.of(100), 1));
  expect(pixel(Uint8Array.of(10, 20, 30, 7), 4)).toBe(pixel(Uint8Array.of(10, 20, 30), 3));
});
