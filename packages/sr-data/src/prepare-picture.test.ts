import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { preparedSize, preparePicture } from './prepare-picture.js';
import { resizePicture } from './resize-picture.js';

/** Values that say where a pixel was. */
function places(width: number, height: number): Picture {
  return { data: Uint8Array.from({ length: width * height }, (_, i) => i), width, height, channels: 1 };
}

test('the centre, with the odd pixel to the right and below', () => {
  const { data, width, height } = preparePicture(places(5, 4), [{ type: 'center', width: 2, height: 2 }]);
  expect([width, height, ...data]).toEqual([2, 2, 6, 7, 11, 12]);
});

test('a multiple, from the upper left', () => {
  const { data, width, height } = preparePicture(places(5, 3), [{ type: 'multiple', of: 2 }]);
  expect([width, height, ...data]).toEqual([4, 2, 0, 1, 2, 3, 5, 6, 7, 8]);
});

test('steps go one after the other, and the size is known before', () => {
  const steps = [
    { type: 'center', width: 4, height: 4 },
    { type: 'resize', width: 2, height: 3, preset: 'pil', kernel: 'linear' },
  ] as const;
  const center = preparePicture(places(6, 6), steps.slice(0, 1));
  const expected = resizePicture(center, { width: 2, height: 3 }, { preset: 'pil', kernel: 'linear' });
  expect(preparePicture(places(6, 6), steps)).toEqual(expected);
  expect(preparedSize(places(6, 6), steps)).toEqual({ width: 2, height: 3 });
});

test('labels stay labels', () => {
  const labels: Picture = { data: Uint8Array.of(0, 9, 0, 9, 0, 9, 0, 9, 0), width: 3, height: 3, channels: 1 };
  const { data } = preparePicture(labels, [{ type: 'resize', width: 5, height: 5 }], { labels: true });
  expect(new Set(data)).toEqual(new Set([0, 9]));
});

test('what does not fit is refused, before and after reading', () => {
  for (const step of [{ type: 'center', width: 6, height: 2 } as const, { type: 'multiple', of: 6 } as const]) {
    expect(() => preparePicture(places(5, 5), [step])).toThrow(expect.objectContaining({ code: 'picture/crop' }));
    expect(() => preparedSize(places(5, 5), [step])).toThrow(expect.objectContaining({ code: 'picture/crop' }));
  }
});
