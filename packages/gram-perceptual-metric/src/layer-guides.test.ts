import { dispose, fill, grad, slice, sum, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { layerGuides } from './layer-guides.js';

describeOnBackends('layerGuides', () => {
  test('inside: only units that see nothing outside', async () => {
    // One line of 8 pixels, the region its first 5.
    const masks = tensor4d([1, 1, 1, 1, 1, 0, 0, 0], [1, 1, 8, 1]);
    const guides = async (receptiveField: number, stride: number, start?: number): Promise<number[]> => {
      const geometry = { channels: 1, stride, receptiveField, ...(start !== undefined && { start }) };
      const tensor = layerGuides(masks, { height: 1, width: 8 / stride, mode: 'inside', geometry });
      const values = [...(await tensor.data())];
      tensor.dispose();
      return values;
    };
    // Fields -1 to 1, 0 to 2, ...: the fourth ends at pixel 4.
    expect(await guides(3, 1, -1)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(await guides(3, 1)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    // Fields -2 to 2, 0 to 4, 2 to 6, ...
    expect(await guides(5, 2, -2)).toEqual([1, 1, 0, 0]);
    // Fields 0 to 1, 2 to 3, 4 to 5, ...
    expect(await guides(2, 2)).toEqual([1, 1, 0, 0]);
    // Larger than the picture.
    expect(await guides(99, 1, -49)).toEqual(new Array(8).fill(0));
    masks.dispose();
  });

  test('inside: a unit that sees the region only has no gradient outside', async () => {
    const encoder = tinyEncoder();
    const images = fill([1, 12, 10, 3], 0.5) as Tensor4D;
    const masks = tensor4d(
      Array.from({ length: 120 }, (_, i) => Number(i % 10 < 6 && i < 70)),
      [1, 12, 10, 1],
    );
    const [height, width] = [6, 5];
    const guides = layerGuides(masks, { height, width, mode: 'inside', geometry: encoder.geometry('second') });
    const [inside, mask] = [await guides.data(), await masks.data()];
    expect(inside.includes(1) && inside.includes(0)).toBe(true);
    for (let unit = 0; unit < height * width; unit++) {
      const at = [0, Math.floor(unit / width), unit % width, 0] as [number, number, number, number];
      const slopes = grad((x: Tensor) =>
        sum(slice(encoder(x as Tensor4D, { layers: ['second'] }).second, at, [1, 1, 1, -1])),
      )(images);
      const values = await slopes.data();
      const seesOutside = mask.some((m, i) => m === 0 && values.subarray(3 * i, 3 * i + 3).some(value => value !== 0));
      expect(inside[unit]).toBe(seesOutside ? 0 : 1);
      slopes.dispose();
    }
    dispose([images, masks, guides]);
    encoder.dispose();
  });

  test('resize: regions that partition the picture add up to 1', async () => {
    const labels = Array.from({ length: 63 }, (_, i) => (i * 7) % 3);
    const masks = tensor4d(
      labels.flatMap(label => [0, 1, 2].map(region => Number(region === label))),
      [1, 7, 9, 3],
    );
    const guides = layerGuides(masks, { height: 3, width: 4 });
    expect(guides.shape).toEqual([1, 3, 4, 3]);
    const total = sum(guides, 3);
    await expectClose(total, new Array(12).fill(1));
    dispose([masks, guides, total]);
  });
});

test('layerGuides asks for the geometry', () => {
  const masks = fill([1, 4, 4, 1], 1) as Tensor4D;
  expect(() => layerGuides(masks, { height: 2, width: 2, mode: 'inside' })).toThrow(
    expect.objectContaining({ code: 'gram/guides', message: expect.stringContaining('encoder.geometry') }),
  );
  masks.dispose();
});
