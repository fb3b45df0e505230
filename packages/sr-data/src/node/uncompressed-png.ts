// PNG without compression: how pixels with their profile, EXIF, XMP and density reach sharp.
//
// sharp takes metadata over from an encoded picture, but not with raw pixels, and keeps raw pixels that come as a
// stream in memory. An uncompressed PNG carries everything, costs hardly more than a copy, and is read row by row.
// PNG specification, third edition (W3C, 2025); chunk names in brackets below.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createDeflate, type Deflate, deflate, deflateSync } from 'node:zlib';
import type { Picture, PictureMetadata } from 'sr-tensor';
import { exifBody } from './exif.js';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: Picture['channels'];
  readonly bitDepth: 8 | 16;
  readonly metadata?: PictureMetadata | undefined;
}

/** A picture in 8 or 16 bits as the bytes of a PNG file. */
export async function uncompressedPng(picture: Picture): Promise<Uint8Array> {
  const bitDepth = picture.data instanceof Uint16Array ? 16 : 8;
  const pixels = await promisify<Uint8Array, object, Buffer>(deflate)(scanLines(picture), { level: 0 });
  return Buffer.concat([head({ ...picture, bitDepth }), chunk('IDAT', pixels), chunk('IEND')]);
}

/** Writes a PNG file strip by strip; what is not yet on disk stays below a few megabytes. */
export class UncompressedPngFile {
  readonly #deflate: Deflate = createDeflate({ level: 0, chunkSize: 2 ** 18 });
  readonly #done: Promise<void>;

  constructor(path: string, header: PngHeader) {
    const file = createWriteStream(path);
    this.#done = pipeline(this.#deflate, chunks => wrap(chunks, header), file);
    // Whoever writes or closes next gets the error.
    this.#done.catch(() => {});
  }

  async write(strip: Picture): Promise<void> {
    if (this.#deflate.destroyed) return this.#done;
    if (!this.#deflate.write(scanLines(strip))) await Promise.race([once(this.#deflate, 'drain'), this.#done]);
  }

  async close(): Promise<void> {
    this.#deflate.end();
    await this.#done;
  }

  async abort(): Promise<void> {
    this.#deflate.destroy();
    await this.#done.catch(() => {});
  }
}

async function* wrap(chunks: AsyncIterable<Uint8Array>, header: PngHeader): AsyncGenerator<Uint8Array> {
  yield head(header);
  for await (const pixels of chunks) yield chunk('IDAT', pixels);
  yield chunk('IEND');
}

/** Signature and all chunks before the pixels. */
function head({ width, height, channels, bitDepth, metadata = {} }: PngHeader): Uint8Array {
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  header[9] = { 1: 0, 2: 4, 3: 2, 4: 6 }[channels];
  return Buffer.concat([signature, chunk('IHDR', header), ...metadataChunks(metadata)]);
}

function metadataChunks({ colorProfile, density, exif, xmp }: PictureMetadata): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  // A name, and 0 for "compressed by deflate".
  if (colorProfile) chunks.push(chunk('iCCP', Buffer.from('ICC profile\0\0', 'latin1'), deflateSync(colorProfile)));
  if (density) {
    const pixelsPerMeter = Buffer.alloc(9, 1);
    for (const at of [0, 4]) pixelsPerMeter.writeUInt32BE(Math.round(density / 0.0254), at);
    chunks.push(chunk('pHYs', pixelsPerMeter));
  }
  if (exif) chunks.push(chunk('eXIf', exifBody(exif)));
  // Keyword, not compressed, no language, no translated keyword (XMP specification, part 3, 1.1.5).
  if (xmp) chunks.push(chunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'), xmp));
  return chunks;
}

function chunk(type: string, ...parts: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...parts]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(body.length - 4, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** Rows as PNG has them: a filter byte (0: none) before each, 16-bit values with the high byte first. */
function scanLines({ data, width, height, channels }: Picture): Buffer {
  const row = width * channels * data.BYTES_PER_ELEMENT;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const lines = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y++) {
    const line = lines.subarray(y * (row + 1) + 1, (y + 1) * (row + 1));
    line.set(bytes.subarray(y * row, (y + 1) * row));
    if (data.BYTES_PER_ELEMENT === 2) line.swap16();
  }
  return lines;
}
