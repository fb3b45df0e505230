import sharp, { type Sharp } from 'sharp';
import { bitDepth, checkPicture, type Picture, type PictureMetadata, SrError, throwIfAborted } from 'sr-tensor';
import { toBitDepth } from '../bit-depth.js';
import { type WriteFormat, writableFormats, writeFormats } from './picture-format.js';
import { uncompressedPng } from './uncompressed-png.js';

export interface EncodeOptions {
  /** 1 to 100, for JPEG, WebP and AVIF. Default 90 (AVIF: 75). */
  quality?: number;
  /** For WebP and AVIF: keep every value. Default false. */
  lossless?: boolean;
  /** 8 or 16 for PNG and TIFF; default the picture's own (floats: 8). */
  bitDepth?: 8 | 16;
  /** What shows through where the format has no alpha: RGB in 0 to 255. */
  background?: readonly [red: number, green: number, blue: number];
  signal?: AbortSignal;
}

export interface EncodePictureOptions extends EncodeOptions {
  format: WriteFormat;
}

/** What decides whether and how a picture can be written. */
export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  readonly channels: Picture['channels'];
  readonly bitDepth: 8 | 16 | 32;
  readonly metadata?: PictureMetadata | undefined;
}

/**
 * A picture as the bytes of a file.
 *
 * Values are written as they are; a colour profile, EXIF, XMP and density in `picture.metadata` are written too (TIFF
 * holds no EXIF). PNG and TIFF are lossless and keep 16 bits; JPEG, WebP and AVIF get 8. Floats become 8 bits unless
 * `bitDepth` says 16.
 *
 * @throws `picture/format` if the format cannot hold the picture's size or alpha, `aborted`
 *
 * @example
 * const bytes = await encodePicture(photo, { format: 'webp', lossless: true });
 */
export async function encodePicture(picture: Picture, options: EncodePictureOptions): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  const bytes = await (await pictureEncoder(picture, options)).toBuffer();
  throwIfAborted(options.signal);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The sharp pipeline that encodes a picture. */
export async function pictureEncoder(picture: Picture, options: EncodePictureOptions): Promise<Sharp> {
  checkPicture(picture);
  const layout = { ...picture, bitDepth: bitDepth(picture) };
  checkWritable(layout, options);
  const ready = toBitDepth(picture, storedDepth(layout, options));
  const { width, height, channels, metadata } = ready;
  const image = metadata
    ? sharp(await uncompressedPng(ready), { limitInputPixels: false, unlimited: true })
    : sharp(ready.data as Uint8Array, { raw: { width, height, channels }, limitInputPixels: false });
  return encoded(image, layout, options);
}

/**
 * Throws `picture/format` if the format cannot hold such a picture, and says which can.
 *
 * Called before any work is done: it needs no pixels.
 */
export function checkWritable(layout: PictureLayout, options: EncodePictureOptions): void {
  const { width, height, channels } = layout;
  const { format, background } = options;
  const { maxSide, alpha } = writeFormats[format];
  if (Math.max(width, height) > maxSide) {
    const able = formatsThat(other => Math.max(width, height) <= other.maxSide);
    throw new SrError({
      code: 'picture/format',
      message: `${format.toUpperCase()} holds at most ${maxSide} pixels a side, received ${width} x ${height}. Formats that hold it: ${able}.`,
    });
  }
  if (!alpha && !background && (channels === 2 || channels === 4)) {
    throw new SrError({
      code: 'picture/format',
      message: `${format.toUpperCase()} holds no transparency, which this picture has. Formats that hold it: ${formatsThat(other => other.alpha)}. Or give a background, such as [255, 255, 255].`,
    });
  }
}

/** The depth in which values go into the file. */
export function storedDepth(layout: PictureLayout, { format, bitDepth: wanted }: EncodePictureOptions): 8 | 16 {
  const depth = wanted ?? (layout.bitDepth === 16 ? 16 : 8);
  return writeFormats[format].depths.includes(depth) ? depth : 8;
}

/** Adds format, settings and colour space to a pipeline that reads pixels of `layout`. */
export function encoded(image: Sharp, layout: PictureLayout, options: EncodePictureOptions): Sharp {
  const { format, quality, lossless = false, background } = options;
  const grey = layout.channels <= 2;
  const wide = storedDepth(layout, options) === 16;
  const [r, g, b] = background ?? [0, 0, 0];
  const transparent = layout.channels % 2 === 0;
  const colors = (background && transparent ? image.flatten({ background: { r, g, b } }) : image)
    .keepMetadata()
    .toColourspace(grey ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb');
  const density = layout.metadata?.density;
  // The density stands in EXIF too, from where libvips would take it.
  if (density) colors.withDensity(density);
  switch (format) {
    case 'png':
      // Measured on enlarged photos: filtering halves the file, level 4 is 1 % larger than 6 and 5 % smaller than 2.
      return colors.png({ compressionLevel: 4, adaptiveFiltering: true });
    case 'jpeg':
      return colors.jpeg({
        quality: quality ?? 90,
        chromaSubsampling: '4:4:4',
        // Optimal Huffman tables need all coefficients in memory: 6 bytes a pixel.
        optimizeCoding: layout.width * layout.height < 2 ** 24,
      });
    case 'webp':
      // 'exact' keeps the colours of transparent pixels.
      return colors.webp({ quality: quality ?? 90, lossless, exact: true });
    case 'avif':
      return colors.avif({ quality: quality ?? 75, lossless });
    case 'tiff':
      return colors.tiff({
        compression: 'deflate',
        predictor: 'horizontal',
        // Offsets of classic TIFF have 32 bits; even what cannot be compressed must fit.
        bigtiff: layout.width * layout.height * layout.channels * (wide ? 2 : 1) > 2 ** 31,
      });
  }
}

function formatsThat(can: (format: (typeof writeFormats)[WriteFormat]) => boolean): string {
  const able = (Object.keys(writeFormats) as WriteFormat[]).filter(name => can(writeFormats[name]));
  return able.length > 0 ? able.map(name => name.toUpperCase()).join(', ') : `none of ${writableFormats}`;
}
