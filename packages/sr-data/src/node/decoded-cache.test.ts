import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Picture, Random } from 'sr-tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BatchSource } from '../batch.js';
import { cropPicture } from '../crop-picture.js';
import { DecodedCache } from './decoded-cache.js';
import { folderSource } from './folder-source.js';
import type { Rgb } from './loaded.js';
import { writePicture } from './write-picture.js';

const random = new Random(2);
const noise = (width: number, height: number, channels: 1 | 3 = 3): Picture => ({
  data: Uint8Array.from({ length: width * height * channels }, () => random.int(256)),
  width,
  height,
  channels,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('DecodedCache', () => {
  const loaded = {
    hr: noise(12, 8) as Rgb,
    lr: noise(6, 4) as Rgb,
    regions: { picture: noise(12, 8, 1), count: 3 },
  };

  async function filled() {
    const file = join(folder, 'a.png');
    await writeFile(file, 'any bytes');
    const cache = new DecodedCache(join(folder, 'cache'));
    await cache.open();
    const key = { files: [file], settings: { scale: 2 } };
    await cache.write(key, loaded);
    return { cache, key, file, whole: { area: undefined, scale: 2 } };
  }

  test('gives back what was written, whole or in part', async () => {
    const { cache, key, whole } = await filled();
    expect(await cache.read(key, whole)).toEqual(loaded);
    const area = { left: 2, top: 4, width: 6, height: 4 };
    const part = await cache.read(key, { area, scale: 2 });
    expect(part!.hr).toEqual(cropPicture(loaded.hr, area));
    expect(part!.lr).toEqual(cropPicture(loaded.lr, { left: 1, top: 2, width: 3, height: 2 }));
    expect(part!.regions).toEqual({ picture: cropPicture(loaded.regions.picture, area), count: 3 });
    await cache.write(key, { hr: loaded.hr });
    expect(await cache.read(key, whole)).toEqual({ hr: loaded.hr });
  });

  test('knows nothing of other settings, changed files and damaged copies', async () => {
    const { cache, key, file, whole } = await filled();
    expect(await cache.read({ ...key, settings: { scale: 4 } }, whole)).toBeUndefined();
    await utimes(file, 1, 1);
    expect(await cache.read(key, whole)).toBeUndefined();
    await cache.write(key, loaded);
    const [copy] = await readdir(join(folder, 'cache'));
    for (const length of [300, 20, 3, 0]) {
      await truncate(join(folder, 'cache', copy!), length);
      expect(await cache.read(key, whole)).toBeUndefined();
    }
    await writeFile(join(folder, 'cache', copy!), 'something else, long enough');
    expect(await cache.read(key, whole)).toBeUndefined();
  });

  test('a folder that cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const cache = new DecodedCache(join(folder, 'file'));
    await expect(cache.open()).rejects.toMatchObject({ code: 'picture/unwritable' });
  });
});

describe('folderSource with a cache', () => {
  const pictures = () => join(folder, 'pictures');

  async function batches(options: Partial<Parameters<typeof folderSource>[0]>, count = 6) {
    const source: BatchSource = await folderSource({
      data: pictures(),
      scale: 2,
      patchSize: 4,
      batchSize: 3,
      seed: 4,
      ...options,
    });
    const taken = [];
    for (let i = 0; i < count; i++) taken.push(await source.next());
    await source.close();
    return taken;
  }

  beforeEach(async () => {
    await mkdir(pictures());
    for (const name of ['a', 'b', 'c']) await writePicture(join(pictures(), `${name}.png`), noise(33, 26));
  });

  test('gives the same batches, at first and from the copies', async () => {
    const cache = join(folder, 'cache');
    for (const options of [{}, { tiles: { size: 12, step: 6 } }, { tiles: { size: 12, step: 6 }, cacheBytes: 0 }]) {
      const expected = await batches(options);
      expect(await batches({ ...options, cache })).toEqual(expected);
      expect(await batches({ ...options, cache })).toEqual(expected);
    }
    expect(await readdir(cache)).toHaveLength(3);
  });

  test('copies are used: what is in them is what comes', async () => {
    const cache = join(folder, 'cache');
    await batches({ cache });
    for (const name of await readdir(cache)) {
      const bytes = await readFile(join(cache, name));
      const begin = 8 + bytes.readUInt32LE(4);
      await writeFile(
        join(cache, name),
        Buffer.concat([bytes.subarray(0, begin), Buffer.alloc(bytes.length - begin, 51)]),
      );
    }
    const [batch] = await batches({ cache }, 1);
    expect(new Set(batch!.target.data)).toEqual(new Set([Math.fround(0.2)]));
  });

  test('a picture that changes is decoded again', async () => {
    const cache = join(folder, 'cache');
    await batches({ cache });
    await writePicture(join(pictures(), 'b.png'), noise(33, 26));
    const expected = await batches({});
    expect(await batches({ cache })).toEqual(expected);
    expect(await readdir(cache)).toHaveLength(3);
  });

  test('a cache that cannot be written is no broken picture', async () => {
    const cache = join(folder, 'cache');
    const source = await folderSource({ data: pictures(), scale: 2, patchSize: 4, batchSize: 3, cache, prefetch: 0 });
    await rm(cache, { recursive: true });
    await expect(source.next()).rejects.toMatchObject({ code: 'picture/unwritable' });
    expect(source.skipped).toEqual([]);
    await source.close();
  });
});
