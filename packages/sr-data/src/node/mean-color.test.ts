import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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

test('is kept until a picture changes', async () => {
  const own = await mkdtemp(join(tmpdir(), 'sr-mean-kept-'));
  const [pictures, cache] = [join(own, 'pictures'), join(own, 'cache')];
  await mkdir(pictures);
  const flat = (value: number) => ({ data: new Uint8Array(3).fill(value), width: 1, height: 1, channels: 3 }) as const;
  await writePicture(join(pictures, 'a.png'), flat(51));
  let reads = 0;
  const onProgress = () => reads++;
  const expected = [0.2, 0.2, 0.2].map(value => expect.closeTo(value, 12));
  expect(await meanColor(pictures, { cache, onProgress })).toEqual(expected);
  expect(await meanColor(pictures, { cache, onProgress })).toEqual(expected);
  expect(reads).toBe(1);
  await writePicture(join(pictures, 'b.png'), flat(0));
  expect((await meanColor(pictures, { cache, onProgress }))[0]).toBeCloseTo(0.1, 12);
  expect(reads).toBe(3);
  await rm(own, { recursive: true });
});

test('leaves out what is broken, up to a tenth', async () => {
  const own = await mkdtemp(join(tmpdir(), 'sr-mean-broken-'));
  const white = { data: new Uint8Array(3).fill(255), width: 1, height: 1, channels: 3 } as const;
  for (let i = 0; i < 9; i++) await writePicture(join(own, `${i}.png`), white);
  await writeFile(join(own, 'broken.png'), 'no picture');
  expect(await meanColor(own)).toEqual([1, 1, 1]);
  await writeFile(join(own, 'worse.png'), 'no picture');
  await expect(meanColor(own)).rejects.toMatchObject({ code: 'data/broken' });
  await rm(own, { recursive: true });
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
