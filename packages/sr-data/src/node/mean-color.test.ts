import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetsFolder } from 'sr-tensor/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { meanColor } from './mean-color.js';
import { writePicture } from './write-picture.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-mean-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('every pixel counts the same, grey in all colours, alpha not', async () => {
  const small = { data: Uint8Array.of(255, 0, 51), width: 1, height: 1, channels: 3 } as const;
  const deep = { data: Uint16Array.of(0, 0, 0, 9, 65_535, 0, 0, 9), width: 2, height: 1, channels: 4 } as const;
  const grey = { data: Uint8Array.of(51), width: 1, height: 1, channels: 1 } as const;
  for (const [i, picture] of [small, deep, grey].entries()) await writePicture(join(folder, `${i}.png`), picture);
  const steps: number[] = [];
  const mean = await meanColor(folder, { onProgress: ({ done }) => steps.push(done) });
  expect(steps).toEqual([1, 2, 3]);
  for (const [i, value] of [(1 + 1 + 0.2) / 4, 0.2 / 4, (0.2 + 0.2) / 4].entries()) {
    expect(mean[i]).toBeCloseTo(value, 12);
  }
});

test('stops by a signal', async () => {
  await expect(meanColor(folder, { signal: AbortSignal.abort() })).rejects.toThrow(
    expect.objectContaining({ code: 'aborted' }),
  );
});

const set5 = assetsFolder('data/bench/Set5/x4');

test.skipIf(set5 === undefined)('is that of NumPy for Set5 and its small pictures', async () => {
  // tools/oracles/mean_color.py, Pillow 13.0.0 and NumPy 2.4.6.
  const expected = [0.5516352422525829, 0.442834051762687, 0.3382730806852979];
  for (const [i, value] of (await meanColor(set5!)).entries()) expect(value).toBeCloseTo(expected[i]!, 10);
});
