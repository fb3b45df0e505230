import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { cropPicture, modCrop } from './crop-picture.js';

const picture: Picture = {
  data: Uint16Array.from({ length: 5 * 4 * 2 }, (_, i) => i),
  width: 5,
  height: 4,
  channels: 2,
};

test('a rectangle is copied row by row', () => {
  const crop = cropPicture(picture, { left: 1, top: 2, width: 2, height: 2 });
  expect(crop).toEqual({ data: Uint16Array.of(22, 23, 24, 25, 32, 33, 34, 35), width: 2, height: 2, channels: 2 });
  expect(crop.data.buffer).not.toBe(picture.data.buffer);
});

test('modCrop leaves out the rest of the division', () => {
  expect(modCrop(picture, { scale: 3 })).toMatchObject({ width: 3, height: 3 });
  expect(modCrop(picture, { scale: 1 })).toBe(picture);
  expect(() => modCrop(picture, { scale: 5 })).toThrow(expect.objectContaining({ code: 'picture/crop' }));
});

test('a rectangle must lie inside, in whole pixels', () => {
  for (const area of [
    { left: -1, top: 0, width: 2, height: 2 },
    { left: 4, top: 0, width: 2, height: 2 },
    { left: 0, top: 0, width: 0, height: 2 },
    { left: 0.5, top: 0, width: 2, height: 2 },
  ]) {
    expect(() => cropPicture(picture, area)).toThrow(expect.objectContaining({ code: 'picture/crop' }));
  }
});
