import { tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import {
  bitDepth,
  checkPicture,
  fullValue,
  hasAlpha,
  joinAlpha,
  type Picture,
  pictureToTensor,
  quantize,
  splitAlpha,
  tensorToPicture,
  tensorToPictures,
} from './picture.js';

const rgba: Picture = { data: Uint8Array.of(255, 0, 51, 9, 102, 204, 0, 8), width: 2, height: 1, channels: 4 };

test('depth and full value follow the type of the data', () => {
  const like = (data: Picture['data']): Picture => ({ data, width: 1, height: 1, channels: 1 });
  expect(
    [new Uint8Array(1), new Uint8ClampedArray(1), new Uint16Array(1), new Float32Array(1)].map(d => bitDepth(like(d))),
  ).toEqual([8, 8, 16, 32]);
  expect([new Uint8Array(1), new Uint16Array(1), new Float32Array(1)].map(d => fullValue(like(d)))).toEqual([
    255, 65_535, 1,
  ]);
  expect(([1, 2, 3, 4] as const).map(channels => hasAlpha({ ...rgba, channels }))).toEqual([false, true, false, true]);
});

test('checkPicture refuses sizes that do not agree', () => {
  checkPicture(rgba);
  for (const wrong of [{ width: 3 }, { height: 0 }, { width: 1.5 }, { channels: 5 }, { data: undefined }]) {
    expect(() => checkPicture({ ...rgba, ...wrong } as Picture, 'photo')).toThrow(
      expect.objectContaining({ code: 'picture/invalid' }),
    );
  }
});

test('quantize clips, rounds halves up and makes NaN 0', () => {
  const values = Float32Array.of(-1, 0, 0.5, 1, 2, Number.NaN, Number.POSITIVE_INFINITY);
  expect([...quantize(values, 8)]).toEqual([0, 0, 128, 255, 255, 0, 255]);
  expect([...quantize(values, 16)]).toEqual([0, 0, 32_768, 65_535, 65_535, 0, 65_535]);
  expect(quantize(values, 32)).toEqual(values);
});

test('alpha is taken off and put back', () => {
  const { color, alpha } = splitAlpha(rgba);
  expect([...color.data]).toEqual([255, 0, 51, 102, 204, 0]);
  expect([...alpha!.data]).toEqual([9, 8]);
  expect(joinAlpha(color, alpha!)).toEqual(rgba);
  const grey: Picture = { data: Uint16Array.of(1, 2, 3, 4), width: 2, height: 1, channels: 2 };
  const parts = splitAlpha(grey);
  expect(joinAlpha(parts.color, parts.alpha!)).toEqual(grey);
  expect(splitAlpha(color)).toEqual({ color });
  expect(() => joinAlpha(color, parts.alpha!)).toThrow('in 8 bits, received 2 x 1 x 1 in 16 bits');
});

describeOnBackends('pictures and tensors', () => {
  test('colours become [0, 1], grey is repeated, alpha is left out', async () => {
    await expectClose(pictureToTensor(rgba), tensor4d([1, 0, 0.2, 0.4, 0.8, 0], [1, 1, 2, 3]), { tolerance: 1e-7 });
    const grey: Picture = { data: Uint16Array.of(65_535, 7), width: 1, height: 1, channels: 2 };
    await expectClose(pictureToTensor(grey), tensor4d([1, 1, 1], [1, 1, 1, 3]));
  });

  test('every 8-bit and 16-bit value survives the way there and back', async () => {
    for (const data of [
      Uint8Array.from({ length: 768 }, (_, i) => i / 3),
      Uint16Array.from({ length: 3 * 65_536 }, (_, i) => i / 3),
    ]) {
      await expectNoLeaks(async () => {
        const picture: Picture = { data, width: data.length / 3, height: 1, channels: 3 };
        const image = pictureToTensor(picture);
        expect(await tensorToPicture(image, { bitDepth: data instanceof Uint8Array ? 8 : 16 })).toEqual(picture);
        image.dispose();
      });
    }
  });

  test('a batch becomes one picture an image', async () => {
    const images = tensor4d([0, 1, 0.5, 2], [2, 1, 2, 1]);
    const pictures = await tensorToPictures(images);
    expect(pictures.map(({ data }) => [...data])).toEqual([
      [0, 255],
      [128, 255],
    ]);
    await expect(tensorToPicture(images)).rejects.toThrow(
      'tensorToPicture: expected the shape [1, height, width, channels]',
    );
    const floats = await tensorToPictures(images, { bitDepth: 32 });
    expect([...floats[1]!.data]).toEqual([0.5, 2]);
  });
});
