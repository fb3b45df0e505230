import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Picture, type PictureMetadata, Random, SrError } from 'sr-tensor';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePicture } from './encode-picture.js';
import { createPictureWriter } from './picture-writer.js';
import { inspectPicture, readPicture } from './read-picture.js';
import { writePicture } from './write-picture.js';

const random = new Random(11);
function noise(width: number, height: number, channels: Picture['channels'], depth: 8 | 16 = 8): Picture {
  const data = depth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  return { data: data.map(() => random.int(2 ** depth)) as Uint8Array | Uint16Array, width, height, channels };
}

async function errorOf(promise: Promise<unknown>): Promise<SrError> {
  const error = await promise.then(
    () => new Error('expected a rejection'),
    error => error,
  );
  if (!SrError.isInstance(error)) throw error;
  expect(error.message).not.toContain('\n');
  return error;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

const allChannels = [1, 2, 3, 4] as const;

describe('what is written is read back bit by bit', () => {
  for (const [format, depths] of [
    ['png', [8, 16]],
    ['tiff', [8, 16]],
    ['webp', [8]],
  ] as const) {
    for (const depth of depths) {
      test.each(allChannels)(`${format}, ${depth} bits, %i channels`, async channels => {
        // WebP has no grey: it comes back as RGB.
        if (format === 'webp' && channels < 3) return;
        const picture = noise(31, 17, channels, depth);
        const bytes = await encodePicture(picture, { format, lossless: true });
        expect(await readPicture(bytes)).toEqual(picture);
      });
    }
  }

  test.each(allChannels)('strips of %i channels, with everything that travels with them', async channels => {
    for (const depth of [8, 16] as const) {
      const picture = noise(23, 29, channels, depth);
      const path = join(folder, 'out.png');
      const writer = await createPictureWriter(path, { width: 23, height: 29, channels, bitDepth: depth });
      for (const [top, height] of [
        [0, 10],
        [10, 1],
        [11, 18],
      ] as const) {
        const size = 23 * channels;
        await writer.write({ ...picture, data: picture.data.slice(top * size, (top + height) * size), height });
      }
      await writer.close();
      expect(await readPicture(path)).toEqual(picture);
      expect(await readdir(folder)).toEqual(['out.png']);
    }
  });
});

describe('metadata', () => {
  const xmp = Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>');
  let colorProfile: Uint8Array;
  let exif: Uint8Array;
  beforeEach(async () => {
    const raw = { raw: { width: 8, height: 8, channels: 3 as const } };
    const source = sharp(new Uint8Array(192), raw)
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'somebody' } });
    const header = await sharp(await source.jpeg().toBuffer()).metadata();
    colorProfile = new Uint8Array(header.icc!);
    exif = new Uint8Array(header.exif!);
  });

  test.each(['png', 'jpeg', 'webp', 'avif', 'tiff'] as const)('%s keeps profile, EXIF, XMP, density', async format => {
    const metadata: PictureMetadata = { colorProfile, exif, xmp: new Uint8Array(xmp), density: 300 };
    const picture = { ...noise(16, 16, 3), metadata };
    const direct = await encodePicture(picture, { format, lossless: true });
    const path = join(folder, 'strips');
    const writer = await createPictureWriter(path, { ...picture, format, lossless: true });
    await writer.write(picture);
    await writer.close();
    for (const bytes of [direct, new Uint8Array(await readFile(path))]) {
      const back = await readPicture(bytes, { metadata: true });
      expect(Buffer.from(back.metadata!.colorProfile!)).toEqual(Buffer.from(colorProfile));
      expect(Buffer.from(back.metadata!.xmp!)).toEqual(xmp);
      // TIFF: libvips writes no EXIF. WebP and AVIF have no place for a density but EXIF.
      if (format !== 'tiff') expect(Buffer.from(back.metadata!.exif!).includes('somebody')).toBe(true);
      if (!['webp', 'avif'].includes(format)) expect(back.metadata!.density).toBe(300);
      // Values are not converted by the profile.
      if (['png', 'webp', 'tiff'].includes(format)) expect(back.data).toEqual(picture.data);
    }
  });

  test('EXIF goes from PNG to JPEG and back', async () => {
    let picture: Picture = { ...noise(16, 16, 3), metadata: { exif } };
    for (const format of ['png', 'jpeg', 'webp', 'png'] as const) {
      picture = await readPicture(await encodePicture(picture, { format }), { metadata: true });
      expect(Buffer.from(picture.metadata!.exif!).includes('somebody')).toBe(true);
    }
  });
});

describe('depth and alpha', () => {
  test('16 bits become 8 where the format has no more, rounded; floats become 8 unless told', async () => {
    const data = Uint16Array.of(0, 129, 128, 65_535, 300, 257);
    const picture: Picture = { data, width: 2, height: 1, channels: 3 };
    const webp = await readPicture(await encodePicture(picture, { format: 'webp', lossless: true }));
    expect([...webp.data]).toEqual([0, 1, 0, 255, 1, 1]);
    const float: Picture = { data: Float32Array.of(0, 0.5, 2), width: 1, height: 1, channels: 3 };
    expect([...(await readPicture(await encodePicture(float, { format: 'png' }))).data]).toEqual([0, 128, 255]);
    const deep = await readPicture(await encodePicture(float, { format: 'png', bitDepth: 16 }));
    expect([...deep.data]).toEqual([0, 32_768, 65_535]);
  });

  test('transparency needs a format that holds it, or a background', async () => {
    const picture: Picture = { data: Uint8Array.of(0, 0, 0, 0), width: 1, height: 1, channels: 4 };
    const error = await errorOf(writePicture(join(folder, 'a.jpg'), picture));
    expect([error.code, error.message.includes('PNG, WEBP, AVIF, TIFF')]).toEqual(['picture/format', true]);
    for (const wide of [picture, { data: Uint8Array.of(9, 0), width: 1, height: 1, channels: 2 } as Picture]) {
      const bytes = await encodePicture(wide, { format: 'jpeg', background: [200, 200, 200], quality: 100 });
      const back = await readPicture(bytes);
      for (const value of back.data) expect(Math.abs(value - 200)).toBeLessThanOrEqual(1);
    }
  });
});

describe('formats that cannot hold the size are refused before any work', () => {
  test.each([
    ['jpg', 65_501, 'PNG, TIFF'],
    ['webp', 16_384, 'PNG, JPEG, AVIF, TIFF'],
    ['avif', 16_385, 'PNG, JPEG, TIFF'],
  ])('%s', async (extension, width, able) => {
    const path = join(folder, `big.${extension}`);
    const error = await errorOf(createPictureWriter(path, { width, height: 1, channels: 3 }));
    expect([error.code, error.message.endsWith(`${able}.`)]).toEqual(['picture/format', true]);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['webp', 16_383],
    ['jpg', 65_500],
    ['avif', 16_384],
  ])('%s, the largest', async (extension, width) => {
    const path = join(folder, `big.${extension}`);
    await writePicture(path, { data: new Uint8Array(width * 3), width, height: 1, channels: 3 });
    expect((await inspectPicture(path)).width).toBe(width);
  });
});

describe('the file is there whole or not at all', () => {
  test('an older file is replaced', async () => {
    const path = join(folder, 'a.png');
    await writeFile(path, 'old');
    const picture = noise(4, 4, 3);
    await writePicture(path, picture);
    expect(await readPicture(path)).toEqual(picture);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('paths that cannot be written', async () => {
    const picture = noise(4, 4, 3);
    await mkdir(join(folder, 'taken.png'));
    for (const path of [join(folder, 'missing', 'a.png'), join(folder, 'taken.png')]) {
      expect((await errorOf(writePicture(path, picture))).code).toBe('picture/unwritable');
      expect((await errorOf(createPictureWriter(path, { ...picture }))).code).toBe('picture/unwritable');
    }
    expect((await errorOf(writePicture(join(folder, 'a.txt'), picture))).message).toContain('PNG (.png), JPEG (.jpg)');
    expect(await readdir(folder)).toEqual(['taken.png']);
  });

  test('strips that do not fit, too few rows, use after the end', async () => {
    const path = join(folder, 'a.png');
    const options = { width: 4, height: 4, channels: 3 as const };
    for (const strip of [noise(5, 1, 3), noise(4, 1, 4), noise(4, 5, 3)]) {
      const writer = await createPictureWriter(path, options);
      expect((await errorOf(writer.write(strip))).code).toBe('picture/invalid');
    }
    const writer = await createPictureWriter(path, options);
    await writer.write(noise(4, 3, 3));
    expect((await errorOf(writer.close())).code).toBe('picture/incomplete');
    expect((await errorOf(writer.write(noise(4, 1, 3)))).code).toBe('picture/closed');
    expect(await readdir(folder)).toEqual([]);
  });

  test('an abort, at every stage', async () => {
    const path = join(folder, 'a.png');
    const picture = noise(700, 700, 3);
    const signal = AbortSignal.abort();
    expect((await errorOf(writePicture(path, picture, { signal }))).code).toBe('aborted');
    const late = new AbortController();
    const writing = writePicture(path, picture, { signal: late.signal });
    setTimeout(() => late.abort(), 5);
    expect((await errorOf(writing)).code).toBe('aborted');

    const writer = await createPictureWriter(path, { ...picture });
    await writer.write({ ...picture, data: picture.data.slice(0, 2100), height: 1 });
    await writer.abort();
    expect(await readdir(folder)).toEqual([]);

    // While sharp is converting: random values at full size take it far longer than the wait.
    const controller = new AbortController();
    const big = noise(2000, 2000, 3);
    const other = await createPictureWriter(path, { ...big, signal: controller.signal });
    await other.write(big);
    const closing = other.close();
    setTimeout(() => controller.abort(), 30);
    expect((await errorOf(closing)).code).toBe('aborted');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a full disk', () => {
  // A file system of one megabyte, where the system lets us mount one.
  const disk = join(tmpdir(), `sr-data-full-${process.pid}`);
  const mounted = (() => {
    try {
      execFileSync('mkdir', ['-p', disk]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
      execFileSync('umount', [disk]);
      return true;
    } catch {
      console.warn('Skipped: a full disk cannot be tried, since nothing can be mounted here.');
      return false;
    }
  })();

  test.skipIf(!mounted)('leaves nothing behind and says so', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const picture = noise(1000, 1000, 3);
      for (const name of ['a.png', 'a.tif', 'a.webp', 'a.jpg']) {
        expect((await errorOf(writePicture(join(disk, name), picture, { lossless: true, quality: 100 }))).code).toBe(
          'disk/full',
        );
        expect(await readdir(disk)).toEqual([]);
      }
      const writer = await createPictureWriter(join(disk, 'a.png'), { ...picture });
      const writing = (async () => {
        await writer.write(picture);
        await writer.close();
      })();
      expect((await errorOf(writing)).code).toBe('disk/full');
      expect(await readdir(disk)).toEqual([]);
      // The strips fit, the compressed file beside them does not.
      const half = noise(500, 500, 3);
      const second = await createPictureWriter(join(disk, 'b.png'), { ...half });
      await second.write(half);
      expect((await errorOf(second.close())).code).toBe('disk/full');
      expect(await readdir(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
  afterAll(() => rm(disk, { recursive: true, force: true }));
});
