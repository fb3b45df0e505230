import { describe, expect, test } from 'vitest';
import { defineNoReferenceMetric, type Images } from './metric.js';
import type { NiqeOptions } from './niqe.js';
import { pi } from './perceptual-index.js';
import { toPictures } from './planes.js';
import { noise } from './testing/test-pictures.js';

const seen: NiqeOptions[] = [];
const niqe = defineNoReferenceMetric(
  async (images: Images, options: NiqeOptions = {}) => {
    seen.push(options);
    return new Float64Array((await toPictures(images, 'test')).length).fill(3);
  },
  { name: 'niqe', direction: 'lower', range: [0, Number.POSITIVE_INFINITY], differentiable: false, reference: 'none' },
);
const picture = noise(8, 8, 3, 1);

describe('pi', () => {
  test('is half of NIQE and 10 less the score of Ma, on luma without four pixels a side', async () => {
    const index = pi({ niqe, ma: async () => [8, 6.5] });
    expect([...(await index([picture, picture]))]).toEqual([2.5, 3.25]);
    expect(seen.at(-1)).toEqual({ channel: 'y', cropBorder: 4 });
    expect(index.mode).toBe('no-reference');
  });

  test('throws without a score of Ma, and never takes NIQE for it', async () => {
    await expect(pi({ niqe })(picture)).rejects.toMatchObject({ code: 'metrics/ma-score' });
  });

  test.each([[[]], [[11]], [[-1]], [[Number.NaN]], [[5, 5]]])('refuses the scores %j', async scores => {
    await expect(pi({ niqe, ma: () => scores })(picture)).rejects.toMatchObject({ code: 'metrics/ma-score' });
  });
});
