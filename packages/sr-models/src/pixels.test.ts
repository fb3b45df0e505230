import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { columnsOf, emptyPicture, paste, rowsOf } from './pixels.js';

/** 3 x 2 pixels of grey and alpha. */
const picture: Picture = {
  data: Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  width: 3,
  height: 2,
  channels: 2,
};

test('rows share the memory, columns are copied', () => {
  const rows = rowsOf(picture, 1, 2);
  expect(rows).toEqual({ data: Uint16Array.of(7, 8, 9, 10, 11, 12), width: 3, height: 1, channels: 2 });
  expect(rows.data.buffer).toBe(picture.data.buffer);
  const columns = columnsOf(picture, 1, 3);
  expect(columns).toEqual({ data: Uint16Array.of(3, 4, 5, 6, 9, 10, 11, 12), width: 2, height: 2, channels: 2 });
});

test('paste puts a part in its place', () => {
  const target = emptyPicture(picture, 3, 2);
  paste(columnsOf(rowsOf(picture, 0, 1), 0, 2), target, 1, 1);
  expect(target).toEqual({
    data: Uint16Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
    width: 3,
    height: 2,
    channels: 2,
  });
});

test.each([Uint8Array, Uint8ClampedArray, Uint16Array, Float32Array])('keeps the depth of %O', Type => {
  const like = { data: new Type(4), width: 2, height: 2, channels: 1 } as const;
  const expected = Type === Uint8ClampedArray ? Uint8Array : Type;
  expect(emptyPicture(like, 3, 5).data).toEqual(new expected(15));
});
