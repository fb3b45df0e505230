import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryUsage, resourceUsage } from 'node:process';
import type { Picture } from 'sr-tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPictureWriter } from './picture-writer.js';
import { inspectPicture } from './read-picture.js';

// The output of a 24-megapixel photo at x4: 1.15 GB of pixels.
const width = 24_000;
const height = 16_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-large-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Waves with a little noise, which compress about as enlarged photos do. */
function strip(top: number, rows: number): Picture {
  const data = new Uint8Array(width * rows * 3);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const value = 128 + 100 * Math.sin((x + 3 * (top + y)) / 57) + ((x * 7919 + y * 104_729) % 5);
      for (let c = 0; c < 3; c++) data[i++] = value + c;
    }
  }
  return { data, width, height: rows, channels: 3 };
}

test.each(['jpg', 'tif', 'png'])('384 megapixels as %s in less than 150 MB', async extension => {
  const path = join(folder, `large.${extension}`);
  const rows = 64;
  const piece = strip(0, rows);
  const before = memoryUsage.rss();
  const started = performance.now();
  const writer = await createPictureWriter(path, { width, height, channels: 3 });
  for (let top = 0; top < height; top += rows) await writer.write(piece);
  await writer.close();
  const grown = resourceUsage().maxRSS / 1024 - before / 2 ** 20;
  const { size } = await stat(path);
  console.warn(
    `${extension}: ${((performance.now() - started) / 1000).toFixed(0)} s, ${(size / 1e6).toFixed(0)} MB, memory grown by ${grown.toFixed(0)} MB`,
  );
  expect(grown).toBeLessThan(150);
  expect(await inspectPicture(path)).toMatchObject({ width, height, channels: 3 });
  await rm(path);
});
