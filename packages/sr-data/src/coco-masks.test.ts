import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type CocoAnnotation,
  type CocoFile,
  type CocoRle,
  cocoImages,
  cocoMasks,
  decodeCocoRle,
} from './coco-masks.js';

// Made by tools/oracles/coco.py with pycocotools.
const golden: { cases: { rle: CocoRle; area: number; rows: number[]; columns: number[]; first: number[] }[] } =
  JSON.parse(readFileSync(new URL('./golden/coco.json', import.meta.url), 'utf8'));

describe('decodeCocoRle', () => {
  test.each(golden.cases)('decodes a mask of area $area as pycocotools does', ({ rle, area, rows, columns, first }) => {
    const { data, width, height } = decodeCocoRle(rle);
    expect([height, width]).toEqual(rle.size);
    const bits = Array.from(data, value => value / 255);
    expect(bits.reduce((sum, bit) => sum + bit, 0)).toBe(area);
    expect(bits.slice(0, 200)).toEqual(first);
    expect(rows.map((_, y) => bits.slice(y * width, (y + 1) * width).reduce((sum, bit) => sum + bit))).toEqual(rows);
    expect(columns.map((_, x) => bits.filter((_, i) => i % width === x).reduce((sum, bit) => sum + bit))).toEqual(
      columns,
    );
  });

  test.each([
    [{ size: [2, 2], counts: [1, 2] }, 'expected runs of 2 x 2 pixels in all, received 3'],
    [{ size: [2, 2], counts: [5, -1] }, 'expected runs of 2 x 2 pixels'],
    [{ size: [2, 2], counts: 'P' }, 'damaged'],
  ] as [CocoRle, string][])('refuses %j', (rle, words) => {
    expect(() => decodeCocoRle(rle)).toThrow(expect.objectContaining({ code: 'data/coco' }));
    expect(() => decodeCocoRle(rle)).toThrow(words);
  });
});

describe('cocoMasks', () => {
  const annotation = (category: number, area: number, counts: number[]): CocoAnnotation => ({
    image_id: 1,
    category_id: category,
    area,
    segmentation: { size: [2, 3], counts },
  });
  // Two columns of two pixels, one pixel of the third: column by column.
  const left = annotation(7, 2, [0, 2, 4]);
  const middle = annotation(9, 4, [0, 4, 2]);

  test('the largest come first, then what none of them covers', () => {
    const { masks, labels } = cocoMasks({ width: 3, height: 2, annotations: [left, middle] }, { segments: 2 });
    expect(labels).toEqual([9, 7]);
    expect(masks.map(({ data }) => [...data].map(value => value / 255))).toEqual([
      [1, 1, 0, 1, 1, 0],
      [1, 0, 0, 1, 0, 0],
      [0, 0, 1, 0, 0, 1],
    ]);
    expect(cocoMasks({ width: 3, height: 2, annotations: [left, middle] }, { segments: 1 }).labels).toEqual([9]);
  });

  test('repeats the rest where annotations are few, and is whole without any', () => {
    const few = cocoMasks({ width: 3, height: 2, annotations: [left] });
    expect(few.masks).toHaveLength(7);
    expect(few.masks.slice(2)).toEqual(new Array(5).fill(few.masks[1]));
    const none = cocoMasks({ width: 3, height: 2, annotations: [] });
    for (const { data } of none.masks) expect([...data]).toEqual(new Array(6).fill(255));
  });

  test('refuses masks of another image and polygons', () => {
    expect(() => cocoMasks({ width: 2, height: 3, annotations: [left] })).toThrow('Is it of another image?');
    const polygon = { ...left, segmentation: [[0, 0, 1, 0, 1, 1]] };
    expect(() => cocoMasks({ width: 3, height: 2, annotations: [polygon] })).toThrow('received polygons');
  });

  test('finds the annotations of each image of a file', () => {
    const images = [
      { id: 1, file_name: 'a.jpg', width: 3, height: 2 },
      { id: 2, file_name: 'b.jpg', width: 3, height: 2 },
    ];
    const found = cocoImages({ images, annotations: [left, middle] });
    expect(found.get('a.jpg')).toEqual({ width: 3, height: 2, annotations: [left, middle] });
    expect(found.get('b.jpg')!.annotations).toEqual([]);
    expect(() => cocoImages({ images: [], annotations: [left] })).toThrow('which is not in the file');
    expect(() => cocoImages([] as unknown as CocoFile)).toThrow(expect.objectContaining({ code: 'data/coco' }));
  });
});
