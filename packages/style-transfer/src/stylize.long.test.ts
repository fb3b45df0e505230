import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPictures, readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { loadStyle } from './load-style.js';
import { stylize } from './stylize.js';

const [nets, photos] = [assetsFolder('weights/reference-nets'), assetsFolder('data/train/BSDS400')];

describeOnBackends(
  'large pictures in tiles',
  () => {
    test.skipIf(nets === undefined || photos === undefined)('are the whole, or nearly', async () => {
      const style = await loadStyle(await readFile(join(nets!, 'fns_candy_nc16.f32.safetensors')));
      const paint = (photo: Picture, tile: number, statistics: 'fast' | 'exact' = 'exact'): Promise<Picture> =>
        stylize(photo, style, { tile, statistics });
      const small = await collage(960, 640);
      expect(differences(await paint(small, 256), await paint(small, 4096)).largest).toBeLessThan(1e-4);
      // Of larger ones the whole is no reference: TensorFlow adds the millions of values of a channel in floats, which costs its
      // statistics as many digits (1e-3 here in the end). Tiles are added in doubles, and other tiles must give the same.
      const photo = await collage(1920, 1600);
      const exact = await paint(photo, 960);
      expect(differences(await paint(photo, 512), exact).largest).toBeLessThan(1e-4);
      // What the README states: the copy of a megapixel has other fine detail than the picture.
      const fast = differences(await paint(photo, 512, 'fast'), exact);
      expect(fast.mean).toBeLessThan(0.03);
      style.dispose();
    });
  },
  { only: ['native'] },
);

/** Photos side by side, so that every part has other statistics, with the detail of photos. Floats, so that nothing is rounded. */
async function collage(width: number, height: number): Promise<Picture> {
  const paths = await findPictures(photos!);
  const [wide, high] = [320, 320];
  const data = new Float32Array(width * height * 3);
  for (let top = 0, next = 0; top < height; top += high) {
    for (let left = 0; left < width; left += wide) {
      const photo = await readPicture(paths[next++]!);
      for (let y = 0; y < high; y++) {
        for (let i = 0; i < wide * 3; i++) {
          data[((top + y) * width + left) * 3 + i] = photo.data[y * photo.width * 3 + i]! / 255;
        }
      }
    }
  }
  return { data, width, height, channels: 3 };
}

function differences(a: Picture, b: Picture): { largest: number; mean: number } {
  let [largest, sum] = [0, 0];
  for (const [i, value] of a.data.entries()) {
    const difference = Math.abs(value - b.data[i]!);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { largest, mean: sum / a.data.length };
}
