import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { toBitDepth } from './bit-depth.js';

const picture = (data: Picture['data']): Picture => ({ data, width: data.length, height: 1, channels: 1 });

test('8 bits to 16 and back is exact; 16 to 8 rounds to the nearest', () => {
  const bytes = picture(Uint8Array.from({ length: 256 }, (_, i) => i));
  const wide = toBitDepth(bytes, 16);
  expect([...wide.data.slice(-2)]).toEqual([65_278, 65_535]);
  expect(toBitDepth(wide, 8)).toEqual(bytes);
  expect([...toBitDepth(picture(Uint16Array.of(128, 129, 385, 386)), 8).data]).toEqual([0, 1, 1, 2]);
});

test('floats are clipped', () => {
  expect([...toBitDepth(picture(Float32Array.of(-1, 0.5, 2, Number.NaN)), 8).data]).toEqual([0, 128, 255, 0]);
  expect([...toBitDepth(picture(Float32Array.of(-1, 0.5, 2)), 16).data]).toEqual([0, 32_768, 65_535]);
});

test('the same depth is the same picture', () => {
  const bytes = picture(new Uint8Array(1));
  expect(toBitDepth(bytes, 8)).toBe(bytes);
});
