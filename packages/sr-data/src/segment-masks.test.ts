import { join } from 'node:path';
import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { readPicture } from './node.js';
import { segmentMasks } from './segment-masks.js';

const labelMaps = assetsFolder('data/masks/coco_stuff21/train_label');

describe('segmentMasks', () => {
  test('takes the largest segments and puts the rest into the last mask', () => {
    // Areas: 4 of 9, 3 of 5, 2 of 7, 1 of 1.
    const map = labels([9, 9, 9, 9, 5, 5, 5, 7, 7, 1]);
    const { masks, labels: shown } = segmentMasks(map, { segments: 2 });
    expect(shown).toEqual([9, 5]);
    expect(masks.map(insides)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(masks[0]).toMatchObject({ width: 10, height: 1, channels: 1 });
  });

  test('always gives seven: the rest is repeated', () => {
    const { masks, labels: shown } = segmentMasks(labels([3, 3, 255, 4]), { ignore: [255] });
    expect(shown).toEqual([3, 4]);
    expect(masks.map(insides)).toEqual([[0, 1], [3], ...new Array(5).fill([2])]);
  });

  test('of a picture without labels are seven of the whole', () => {
    const { masks, labels: shown } = segmentMasks(labels([255, 255]), { ignore: [255] });
    expect(shown).toEqual([]);
    expect(masks.map(insides)).toEqual(new Array(7).fill([0, 1]));
  });

  test('orders segments of one size by label, whatever their place', () => {
    expect(segmentMasks(labels([8, 2, 2, 8, 5])).labels).toEqual([2, 8, 5]);
    expect(segmentMasks(labels([2, 8, 5, 8, 2])).labels).toEqual([2, 8, 5]);
  });

  test('takes labels of 16 bits', () => {
    const map: Picture = { data: Uint16Array.of(300, 300, 44), width: 3, height: 1, channels: 1 };
    expect(segmentMasks(map).labels).toEqual([300, 44]);
  });

  test('refuses what is no label map', () => {
    const color: Picture = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 };
    expect(() => segmentMasks(color)).toThrow(expect.objectContaining({ code: 'data/labels' }));
    const floats: Picture = { data: new Float32Array(1), width: 1, height: 1, channels: 1 };
    expect(() => segmentMasks(floats)).toThrow(expect.objectContaining({ code: 'data/labels' }));
    expect(() => segmentMasks(labels([1]), { segments: 0 })).toThrow(expect.objectContaining({ code: 'data/option' }));
  });

  test.skipIf(labelMaps === undefined)('partitions a picture of COCO-Stuff', async () => {
    const map = await readPicture(join(labelMaps!, '000000017914.png'));
    const { masks, labels: shown } = segmentMasks(map);
    const areas = masks.map(mask => insides(mask).length);
    const own = areas.slice(0, shown.length);
    expect(own).toEqual([...own].sort((a, b) => b - a));
    const rest = shown.length < 7 ? areas[6]! : 0;
    expect(own.reduce((sum, area) => sum + area, rest)).toBe(map.width * map.height);
  });
});

function labels(values: number[]): Picture {
  return { data: Uint8Array.from(values), width: values.length, height: 1, channels: 1 };
}

function insides({ data }: Picture): number[] {
  return [...data].flatMap((value, i) => (value === 255 ? [i] : []));
}
