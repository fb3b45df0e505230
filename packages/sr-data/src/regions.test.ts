import type { Picture } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { cocoMasks } from './coco-masks.js';
import { packRegions, regionsOfMap } from './regions.js';

const grey = (...values: number[]): Picture => ({
  data: Uint8Array.from(values),
  width: values.length,
  height: 1,
  channels: 1,
});
const color = (...values: number[]): Picture => ({
  data: Uint8Array.from(values.flatMap(value => [value >> 16, (value >> 8) & 255, value & 255])),
  width: values.length,
  height: 1,
  channels: 3,
});

describe('a map of labels', () => {
  test('the largest regions get the first bits, the rest and the unlabelled none', () => {
    const { picture, count } = regionsOfMap(grey(4, 4, 4, 8, 8, 2, 255), { segments: 2 });
    expect([count, ...picture.data]).toEqual([2, 1, 1, 1, 2, 2, 0, 0]);
  });

  test('a colour is a label; the border of VOC is none', () => {
    const [person, chair, border] = [0xc08080, 0xc00000, 0xe0e0c0];
    const { picture, count } = regionsOfMap(color(person, chair, border, border, border, person), {});
    expect([count, ...picture.data]).toEqual([2, 1, 2, 0, 0, 0, 1]);
  });

  test('regions of one size are ordered by colour, wherever they lie', () => {
    expect([...regionsOfMap(color(9, 5), {}).picture.data]).toEqual([2, 1]);
    expect([...regionsOfMap(color(5, 9), {}).picture.data]).toEqual([1, 2]);
  });

  test('a photo is none', () => {
    const photo = color(...Array.from({ length: 2000 }, (_, i) => i * 997));
    expect(() => regionsOfMap(photo, {})).toThrow(expect.objectContaining({ code: 'data/labels' }));
  });
});

test('masks that overlap keep all their bits', () => {
  const annotation = (area: number, counts: number[]) => ({
    image_id: 1,
    category_id: area,
    area,
    segmentation: { size: [1, 4], counts } as const,
  });
  const masks = cocoMasks({ width: 4, height: 1, annotations: [annotation(2, [1, 2, 1]), annotation(3, [0, 3, 1])] });
  const { picture, count } = packRegions(masks);
  expect([count, ...picture.data]).toEqual([2, 1, 3, 3, 0]);
});
