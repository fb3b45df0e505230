import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { bitDepth, SrError } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import golden from '../golden/pictures.json' with { type: 'json' };
import { inspectPicture, readPicture } from './read-picture.js';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const fileOf = (name: string) => bytesOf(golden.cases.find(entry => entry.name === name)!.file);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    error => error,
  );
  if (!SrError.isInstance(error)) throw error ?? new Error('expected a rejection');
  expect(error.message).not.toContain('\n');
  return error.code;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-read-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('every kind of picture has the pixels that other tools read', () => {
  test.each(golden.cases)('$name', async ({ file, width, height, channels, bitDepth: depth, pixels, tolerance }) => {
    const picture = await readPicture(bytesOf(file));
    expect([picture.width, picture.height, picture.channels, bitDepth(picture)]).toEqual([
      width,
      height,
      channels,
      depth,
    ]);
    const raw = bytesOf(pixels);
    const expected = depth === 16 ? new Uint16Array(raw.buffer) : raw;
    let worst = 0;
    for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(picture.data[i]! - expected[i]!));
    expect(worst).toBeLessThanOrEqual(tolerance);

    const info = await inspectPicture(bytesOf(file));
    expect(info).toMatchObject({ width, height, channels, bitDepth: depth });
  });
});

test('the data can be transferred to a worker', async () => {
  const { data } = await readPicture(fileOf('png rgb'));
  const length = data.length;
  const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  expect([moved.length, data.length]).toEqual([length, 0]);
});

test('paths, file URLs and bytes give the same', async () => {
  const path = join(folder, 'a picture of no extension');
  await writeFile(path, fileOf('png rgb'));
  const expected = await readPicture(fileOf('png rgb'));
  expect(await readPicture(path)).toEqual(expected);
  expect(await readPicture(pathToFileURL(path))).toEqual(expected);
});

test('a file that changes is read anew', async () => {
  const path = join(folder, 'changing.png');
  for (const name of ['png rgb', 'png grey', 'png rgb']) {
    await writeFile(path, fileOf(name));
    expect(await readPicture(path)).toEqual(await readPicture(fileOf(name)));
  }
});

describe('metadata', () => {
  test('a colour profile comes along and the values stay as they are', async () => {
    const raw = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    const plain = sharp(raw, { raw: { width: 8, height: 8, channels: 3 } });
    // withIccProfile converts what it is given from sRGB; so the expected values are those of the file.
    const file = await plain.withIccProfile('p3').png().toBuffer();
    const inFile = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    const picture = await readPicture(file);
    expect(Buffer.from(picture.data.buffer)).toEqual(inFile);
    expect(inFile).not.toEqual(Buffer.from(raw));
    const { icc } = await sharp(file).metadata();
    expect(picture.metadata).toEqual({ colorProfile: new Uint8Array(icc!) });
  });

  test('EXIF, XMP and density come on request, the orientation undone in EXIF too', async () => {
    const file = fileOf('jpeg orientation 6');
    expect((await readPicture(file)).metadata).toBeUndefined();
    const { metadata } = await readPicture(file, { metadata: true });
    expect(Buffer.from(metadata!.exif!).includes('somebody')).toBe(true);
    // The entry of IFD0: tag 0x0112, a short, one of them, value 1; Pillow writes big-endian.
    expect(Buffer.from(metadata!.exif!).toString('hex')).toContain('0112000300000001' + '0001');
    const raw = { raw: { width: 2, height: 2, channels: 3 as const } };
    const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>';
    const other = await sharp(new Uint8Array(12), raw).withXmp(xmp).withDensity(300).jpeg().toBuffer();
    const kept = (await readPicture(other, { metadata: true })).metadata!;
    expect(Buffer.from(kept.xmp!).toString()).toBe(xmp);
    expect(kept.density).toBe(300);
  });
});

describe('bad input gives one clear line with a code', () => {
  test('no such file, a folder, not a picture, nothing', async () => {
    expect(await codeOf(readPicture(join(folder, 'missing.png')))).toBe('picture/not-found');
    expect(await codeOf(readPicture(join(folder, 'missing', 'a.png')))).toBe('picture/not-found');
    expect(await codeOf(readPicture(folder))).toBe('picture/unreadable');
    expect(await codeOf(readPicture(new URL('https://example.org/a.png')))).toBe('picture/unreadable');
    expect(await codeOf(readPicture(Buffer.from('not a picture')))).toBe('picture/format');
    expect(await codeOf(readPicture(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')))).toBe('picture/format');
    expect(await codeOf(readPicture(new Uint8Array()))).toBe('picture/damaged');
    await expect(readPicture(Buffer.from('not a picture'))).rejects.toThrow('PNG, JPEG, WebP, AVIF, TIFF, GIF and BMP');
  });

  test.each(['png rgb', 'png interlaced', 'jpeg', 'jpeg 4:2:0, progressive', 'webp lossless', 'gif'])(
    '%s, cut off anywhere',
    async name => {
      const file = fileOf(name);
      // Up to the last 16 bytes; behind them only end marks are missing.
      for (let length = 16; length < file.length - 16; length += Math.ceil(file.length / 23)) {
        expect(await codeOf(readPicture(file.slice(0, length)))).toBe('picture/damaged');
      }
    },
  );

  test.each(['bmp 24 bits', 'bmp palette', 'tiff rgb 16', 'tiff rgb, deflate'])('%s, half of it', async name => {
    const file = fileOf(name);
    expect(await codeOf(readPicture(file.slice(0, file.length / 2)))).toBe('picture/damaged');
  });

  test('avif, cut off', async () => {
    const raw = { raw: { width: 40, height: 40, channels: 3 as const } };
    const file = await sharp(
      new Uint8Array(4800).map((_, i) => i * 7),
      raw,
    )
      .avif()
      .toBuffer();
    for (const part of [0.3, 0.6, 0.95]) {
      expect(await codeOf(readPicture(file.subarray(0, file.length * part)))).toBe('picture/damaged');
    }
  });

  test('wrong bytes inside a PNG', async () => {
    const file = fileOf('png rgb').slice();
    file[Math.floor(file.length / 2)]! ^= 0xff;
    expect(await codeOf(readPicture(file))).toBe('picture/damaged');
  });

  test('a decompression bomb is refused by its header', async () => {
    const chunk = (type: string, data: Uint8Array) => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const ends = Buffer.alloc(8);
      ends.writeUInt32BE(data.length, 0);
      ends.writeUInt32BE(crc32(body), 4);
      return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(50_000, 0);
    header.writeUInt32BE(50_000, 4);
    header.set([8, 2], 8);
    const signature = fileOf('png rgb').slice(0, 8);
    const pixels = deflateSync(Buffer.alloc(50_000));
    const file = Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', pixels),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    expect(file.length).toBeLessThan(200);
    expect(await inspectPicture(file)).toMatchObject({ width: 50_000, height: 50_000 });
    const before = process.memoryUsage().rss;
    expect(await codeOf(readPicture(file))).toBe('picture/too-large');
    // Allowed by its size, it is refused for the memory, or for the pixels that are missing.
    const raised = await codeOf(readPicture(file, { maxPixels: Number.POSITIVE_INFINITY }));
    expect(['picture/too-large', 'picture/damaged']).toContain(raised);
    if (raised === 'picture/too-large') expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });

  test('maxPixels bounds what is decoded, of BMP too', async () => {
    for (const name of ['png rgb', 'bmp 24 bits']) {
      expect(await codeOf(readPicture(fileOf(name), { maxPixels: 13 * 9 - 1 }))).toBe('picture/too-large');
      expect((await readPicture(fileOf(name), { maxPixels: 13 * 9 })).width).toBe(13);
    }
  });

  test('values that are neither 8 nor 16 bits, and compressed BMP', async () => {
    const float = await sharp(fileOf('png rgb')).toColourspace('scrgb').tiff({ compression: 'none' }).toBuffer();
    const { depth } = await sharp(float).metadata();
    if (depth === 'float') expect(await codeOf(readPicture(float))).toBe('picture/format');
    const compressed = fileOf('bmp palette').slice();
    compressed[30] = 1;
    expect(await codeOf(readPicture(compressed))).toBe('picture/format');
  });

  test('an abort is honoured', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await codeOf(readPicture(fileOf('png rgb'), { signal }))).toBe('aborted');
    const controller = new AbortController();
    const reading = readPicture(fileOf('png rgb'), { signal: controller.signal });
    controller.abort();
    expect(await codeOf(reading)).toBe('aborted');
  });
});

const t91 = assetsFolder('data/train/T91');
test.skipIf(t91 === undefined)('training pictures whose extension is wrong are read by their content', async () => {
  const info = await inspectPicture(join(t91!, 't1.bmp'));
  expect(info).toMatchObject({ format: 'jpeg', width: 215, height: 300, channels: 3 });
  expect((await readFile(join(t91!, 't1.bmp'))).subarray(0, 2).toString('hex')).toBe('ffd8');
});
