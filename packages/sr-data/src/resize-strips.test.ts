import { type Picture, Random } from 'sr-tensor';
import { describe, expect, it } from 'vitest';
import { cropPicture } from './crop-picture.js';
import { resizePicture } from './resize-picture.js';
import { resizeStrips } from './resize-strips.js';

const random = new Random(1);
const picture: Picture = {
  data: Uint8Array.from({ length: 24 * 60 * 3 }, () => random.int(256)),
  width: 24,
  height: 60,
  channels: 3,
};

async function* cut(whole: Picture, heights: readonly number[]): AsyncGenerator<Picture> {
  let top = 0;
  for (const height of heights) {
    yield cropPicture(whole, { left: 0, top, width: whole.width, height });
    top += height;
  }
}

describe('resizeStrips', () => {
  it.each<[number, number]>([
    [2, 1],
    [4, 3],
    [1, 2],
    [4, 2],
    [1, 1],
  ])('%i rows become %i: equals the whole, however it is cut', async (from, to) => {
    const expected = resizePicture(picture, { scale: to / from });
    for (const heights of [[60], [1, 2, 3, 54], Array.from({ length: 60 }, () => 1), [37, 23], [20, 20, 20]]) {
      const values: number[] = [];
      let height = 0;
      for await (const strip of resizeStrips(cut(picture, heights), { ratio: [from, to], height: 60 })) {
        expect(strip).toMatchObject({ width: expected.width, channels: 3 });
        values.push(...strip.data);
        height += strip.height;
      }
      expect(height).toBe(expected.height);
      expect(values).toEqual([...expected.data]);
    }
  });

  it('keeps 16 bits', async () => {
    const deep: Picture = { ...picture, data: Uint16Array.from(picture.data, value => value * 257) };
    const expected = resizePicture(deep, { scale: 1 / 2 });
    const values: number[] = [];
    for await (const { data } of resizeStrips(cut(deep, [20, 40]), { ratio: [2, 1], height: 60 })) values.push(...data);
    expect(values).toEqual([...expected.data]);
  });

  it('refuses what cannot be divided', async () => {
    const strips = resizeStrips(cut(picture, [60]), { ratio: [7, 1], height: 60 });
    await expect(strips.next()).rejects.toMatchObject({ code: 'resize/size' });
  });
});
