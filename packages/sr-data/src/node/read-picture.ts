import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';
import { type Picture, type PictureMetadata, SrError, throwIfAborted } from 'sr-tensor';
import { fileError } from './errors.js';
import { uprightExif } from './exif.js';
import { detectFormat, type ReadFormat, readableFormats } from './picture-format.js';
import { readBmp, readBmpHeader } from './read-bmp.js';

/** A path, a `file:` URL, or the bytes of a file. */
export type PictureSource = string | URL | Uint8Array;

export interface InspectPictureOptions {
  signal?: AbortSignal;
}

export interface ReadPictureOptions extends InspectPictureOptions {
  /** Keep EXIF (without the orientation, which is applied), XMP and density too; default false. */
  metadata?: boolean;
  /** Largest width x height that is decoded; default 268,402,689 (16,383 x 16,383), sharp's own limit. */
  maxPixels?: number;
}

/** What the header of a picture says. */
export interface PictureInfo {
  readonly format: ReadFormat;
  /** Upright: after the EXIF orientation has been applied. */
  readonly width: number;
  readonly height: number;
  /** As `readPicture` gives them. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly bitDepth: 8 | 16;
}

/** 0x3FFF x 0x3FFF, the default of sharp's `limitInputPixels`. */
const defaultMaxPixels = 16_383 ** 2;

/**
 * Reads a picture: PNG, JPEG, WebP, AVIF, TIFF, GIF or BMP, recognised by its content.
 *
 * Values are those of the file: 16-bit PNG and TIFF stay 16-bit, grey stays grey, palettes and bit-packed pixels are
 * expanded, alpha is kept apart (not premultiplied). Values are not converted to another colour space; a colour profile
 * comes along as `metadata.colorProfile` and is written back by `writePicture`. Only what is neither grey nor RGB
 * (CMYK, Lab) is converted to sRGB. The EXIF orientation is applied. Of an animation the first frame is read.
 *
 * @param source a path, a `file:` URL, or the bytes of a file
 * @returns 1 to 4 channels in 8 or 16 bits
 * @throws `picture/not-found`, `picture/unreadable` (no permission, a folder), `picture/format` (not a picture, or a
 *   kind that cannot be read), `picture/damaged` (empty, cut off), `picture/too-large` (more than `maxPixels` or than
 *   fits into memory; checked before decoding), `aborted`
 *
 * @example
 * const photo = await readPicture('holiday.jpg');
 * console.log(photo.width, photo.height, photo.channels);
 */
export async function readPicture(source: PictureSource, options: ReadPictureOptions = {}): Promise<Picture> {
  const { metadata: keepMetadata = false, maxPixels = defaultMaxPixels, signal } = options;
  const { bytes, name, format } = await open(source, signal);
  if (format === 'bmp') {
    checkSize(readBmpHeader(bytes, name), 1, maxPixels, name);
    return readBmp(bytes, name);
  }
  const header = await readHeader(bytes, name);
  throwIfAborted(signal);
  const layout = layoutOf(header, name);
  checkSize(header.autoOrient, layout.channels * (layout.bitDepth / 8), maxPixels, name);

  // As raw pixels sharp gives grey without its alpha; so grey with alpha is decoded as RGB, which repeats the values.
  const space = layout.channels !== 2 ? layout.space : layout.bitDepth === 16 ? 'rgb16' : 'srgb';
  const image = sharpOf(bytes, layout.converted).autoOrient().toColourspace(space);
  const { data, info } = await decode(image.raw({ depth: layout.bitDepth === 16 ? 'ushort' : 'uchar' }), name);
  throwIfAborted(signal);
  // A copy: the memory that sharp hands out cannot be transferred to a worker.
  const values = layout.bitDepth === 16 ? new Uint16Array(data.buffer.slice(0)) : new Uint8Array(data);
  const metadata = metadataOf(header, { colorProfile: !layout.converted, all: keepMetadata });
  return {
    data: layout.channels === 2 ? greyAndAlpha(values) : values,
    width: info.width,
    height: info.height,
    channels: layout.channels,
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

/**
 * What a picture is, from its header alone; the pixels are not decoded.
 *
 * @throws as `readPicture`, `picture/too-large` excepted
 *
 * @example
 * const { format, width, height } = await inspectPicture('holiday.jpg');
 */
export async function inspectPicture(source: PictureSource, options: InspectPictureOptions = {}): Promise<PictureInfo> {
  const { bytes, name, format } = await open(source, options.signal);
  if (format === 'bmp') {
    const { width, height, channels } = readBmpHeader(bytes, name);
    return { format, width, height, channels, bitDepth: 8 };
  }
  const header = await readHeader(bytes, name);
  const { channels, bitDepth } = layoutOf(header, name);
  return { format, ...header.autoOrient, channels, bitDepth };
}

/** The bytes are read whole: by path libvips would keep files open, and answer from its cache after they changed. */
async function open(
  source: PictureSource,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Uint8Array; name: string; format: ReadFormat }> {
  throwIfAborted(signal);
  const name = source instanceof Uint8Array ? 'picture' : source instanceof URL ? source.href : source;
  const bytes = source instanceof Uint8Array ? source : await readBytes(source, name, signal);
  if (bytes.length === 0) throw damaged(name, 'it is empty (0 bytes)');
  const format = detectFormat(bytes);
  if (!format) {
    throw new SrError({
      code: 'picture/format',
      message: `${name}: expected a picture, ${readableFormats}, received something else.`,
    });
  }
  return { bytes, name, format };
}

async function readBytes(source: string | URL, name: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    const path = source instanceof URL ? fileURLToPath(source) : source;
    return await readFile(path, signal ? { signal } : {});
  } catch (error) {
    throwIfAborted(signal);
    throw fileError(name, error);
  }
}

function sharpOf(bytes: Uint8Array, applyProfile: boolean): Sharp {
  // The limit is checked by checkSize, before anything is decoded. 'error' refuses cut-off files, but not those with
  // mere warnings, of which cameras write many.
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, ignoreIcc: !applyProfile });
}

async function readHeader(bytes: Uint8Array, name: string): Promise<Metadata> {
  try {
    return await sharpOf(bytes, false).metadata();
  } catch (error) {
    throw damaged(name, vipsReason(error), error);
  }
}

async function decode(image: Sharp, name: string): Promise<{ data: Buffer; info: OutputInfo }> {
  try {
    return await image.toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw damaged(name, vipsReason(error), error);
  }
}

interface Layout {
  readonly channels: 1 | 2 | 3 | 4;
  readonly bitDepth: 8 | 16;
  /** The space in which sharp leaves the values as they are. */
  readonly space: 'b-w' | 'grey16' | 'srgb' | 'rgb16';
  /** Neither grey nor RGB in the file: converted to sRGB by its own profile. */
  readonly converted: boolean;
}

function layoutOf(header: Metadata, name: string): Layout {
  const { space, depth, hasAlpha } = header;
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new SrError({
      code: 'picture/format',
      message: `${name}: expected values of 8 or 16 bits, received '${depth}'.`,
    });
  }
  const grey = space === 'b-w' || space === 'grey16';
  const converted = !grey && space !== 'srgb' && space !== 'rgb16';
  const sixteen = depth === 'ushort' && !converted;
  return {
    channels: ((grey ? 1 : 3) + (hasAlpha ? 1 : 0)) as Layout['channels'],
    bitDepth: sixteen ? 16 : 8,
    space: grey ? (sixteen ? 'grey16' : 'b-w') : sixteen ? 'rgb16' : 'srgb',
    converted,
  };
}

/** Grey and alpha from pixels of RGB and alpha whose colours are all alike. */
function greyAndAlpha(rgba: Uint8Array | Uint16Array): Uint8Array | Uint16Array {
  const out = rgba.slice(0, rgba.length / 2);
  for (let from = 0, to = 0; to < out.length; from += 4, to += 2) {
    out[to] = rgba[from]!;
    out[to + 1] = rgba[from + 3]!;
  }
  return out;
}

function checkSize(size: { width: number; height: number }, pixelBytes: number, maxPixels: number, name: string): void {
  const { width, height } = size;
  const what = `${name}: the picture has ${width} x ${height} pixels`;
  if (width * height > maxPixels) {
    throw new SrError({
      code: 'picture/too-large',
      message: `${what}, expected at most ${maxPixels}. Raise the option maxPixels if this is meant.`,
    });
  }
  const free = process.availableMemory();
  const needed = width * height * pixelBytes;
  if (needed > free) {
    throw new SrError({
      code: 'picture/too-large',
      message: `${what} and needs ${megabytes(needed)} of memory, of which ${megabytes(free)} are free.`,
    });
  }
}

function metadataOf(header: Metadata, keep: { colorProfile: boolean; all: boolean }): PictureMetadata {
  const { icc, exif, xmp, density } = header;
  return {
    ...(icc && keep.colorProfile ? { colorProfile: new Uint8Array(icc) } : {}),
    ...(exif && keep.all ? { exif: uprightExif(new Uint8Array(exif)) } : {}),
    ...(xmp && keep.all ? { xmp: new Uint8Array(xmp) } : {}),
    ...(density && keep.all ? { density } : {}),
  };
}

function damaged(name: string, reason: string, cause?: unknown): SrError {
  return new SrError({
    code: 'picture/damaged',
    message: `${name}: the picture is damaged or cut off: ${reason}.`,
    cause,
  });
}

/** The one line of a libvips message that says most: its last. */
function vipsReason(error: unknown): string {
  const lines = String((error as Error).message)
    .split('\n')
    .filter(line => line.trim() !== '');
  return (lines.at(-1) ?? 'unknown').trim().replace(/\.$/, '');
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
