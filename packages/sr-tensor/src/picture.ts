import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { checkShape } from './checks.js';
import { SrError } from './errors.js';

/** What a file says about a picture besides its pixels; kept and written back on request. */
export interface PictureMetadata {
  /** ICC profile of the values in `data`; absent: sRGB. */
  readonly colorProfile?: Uint8Array;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  /** Pixels an inch. */
  readonly density?: number;
}

export type PictureData = Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array;

/**
 * A picture as plain data: nothing to dispose, can be transferred to a worker.
 *
 * `data` holds rows from top to bottom, pixels from left to right, channels interleaved: grey (1), grey and alpha (2),
 * RGB (3), RGB and alpha (4). Alpha is not premultiplied. 8-bit values lie in 0 to 255, 16-bit ones in 0 to 65,535,
 * floats in [0, 1].
 */
export interface Picture {
  readonly data: PictureData;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly metadata?: PictureMetadata;
}

/** The bits of a value: 8, 16, or 32 for floats. */
export function bitDepth(picture: Picture): 8 | 16 | 32 {
  if (picture.data instanceof Float32Array) return 32;
  return picture.data instanceof Uint16Array ? 16 : 8;
}

/** The value of full intensity: 255, 65,535 or 1. */
export function fullValue(picture: Picture): number {
  return { 8: 255, 16: 65_535, 32: 1 }[bitDepth(picture)];
}

export function hasAlpha(picture: Picture): boolean {
  return picture.channels === 2 || picture.channels === 4;
}

/** Throws `picture/invalid` unless sizes, channels and the length of the data agree. */
export function checkPicture(picture: Picture, what = 'picture'): void {
  const { data, width, height, channels } = picture;
  const sized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (sized && [1, 2, 3, 4].includes(channels) && data?.length === width * height * channels) return;
  throw new SrError({
    code: 'picture/invalid',
    message: `${what}: expected width x height x channels (1 to 4) values, received ${width} x ${height} x ${channels} and ${data?.length} values.`,
  });
}

/**
 * The colours of a picture as a tensor image.
 *
 * @returns `[1, height, width, 3]`, float32, RGB in [0, 1]; grey is repeated, alpha left out
 */
export function pictureToTensor(picture: Picture): Tensor4D {
  checkPicture(picture);
  const { data, width, height, channels } = picture;
  const pixels = width * height;
  const factor = 1 / fullValue(picture);
  const values = new Float32Array(pixels * 3);
  const [g, b] = channels >= 3 ? [1, 2] : [0, 0];
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    values[to] = data[from]! * factor;
    values[to + 1] = data[from + g]! * factor;
    values[to + 2] = data[from + b]! * factor;
  }
  return tensor4d(values, [1, height, width, 3]);
}

export interface TensorToPictureOptions {
  /** 8 (default) or 16: clipped to [0, 1] and rounded; 32: the values as they are. */
  bitDepth?: 8 | 16 | 32;
}

/**
 * The images of a batch as pictures.
 *
 * @param images `[batch, height, width, channels]` with 1 to 4 channels, values in [0, 1]; not disposed
 */
export async function tensorToPictures(images: Tensor4D, options: TensorToPictureOptions = {}): Promise<Picture[]> {
  const [batch, height, width, channels] = images.shape;
  if (channels < 1 || channels > 4) checkShape(images, '[batch, height, width, 3]', 'tensorToPictures');
  const values = (await images.data()) as Float32Array;
  const size = height * width * channels;
  return Array.from({ length: batch }, (_, i) => ({
    data: quantize(values.subarray(i * size, (i + 1) * size), options.bitDepth ?? 8),
    width,
    height,
    channels: channels as Picture['channels'],
  }));
}

/** The only image of a batch of one as a picture; see `tensorToPictures`. */
export async function tensorToPicture(image: Tensor4D, options: TensorToPictureOptions = {}): Promise<Picture> {
  checkShape(image, '[1, height, width, channels]', 'tensorToPicture');
  return (await tensorToPictures(image, options))[0]!;
}

/** Values in [0, 1] as integers of 8 or 16 bits (clipped, rounded; NaN becomes 0) or copied as floats. */
export function quantize(values: Float32Array, depth: 8 | 16 | 32): Uint8Array | Uint16Array | Float32Array {
  if (depth === 32) return values.slice();
  const full = depth === 8 ? 255 : 65_535;
  const out = depth === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * full + 0.5;
    out[i] = value >= full ? full : Math.max(value, 0);
  }
  return out;
}

/** The colours (1 or 3 channels) and, where there is one, the alpha channel of a picture, each a picture. */
export function splitAlpha(picture: Picture): { color: Picture; alpha?: Picture } {
  checkPicture(picture);
  if (!hasAlpha(picture)) return { color: picture };
  const { data, width, height, channels } = picture;
  const colors = channels === 4 ? 3 : 1;
  const color = emptyLike(data, width * height * colors);
  const alpha = emptyLike(data, width * height);
  for (let i = 0, from = 0, to = 0; i < width * height; i++) {
    for (let c = 0; c < colors; c++) color[to++] = data[from++]!;
    alpha[i] = data[from++]!;
  }
  return { color: { ...picture, data: color, channels: colors }, alpha: { data: alpha, width, height, channels: 1 } };
}

/** The inverse of `splitAlpha`. */
export function joinAlpha(color: Picture, alpha: Picture): Picture {
  const { width, height } = color;
  const fits = alpha.width === width && alpha.height === height && alpha.channels === 1 && !hasAlpha(color);
  if (!fits || bitDepth(color) !== bitDepth(alpha)) {
    throw new SrError({
      code: 'picture/invalid',
      message: `joinAlpha: expected an alpha channel of ${width} x ${height} in ${bitDepth(color)} bits, received ${alpha.width} x ${alpha.height} x ${alpha.channels} in ${bitDepth(alpha)} bits.`,
    });
  }
  const channels = (color.channels + 1) as 2 | 4;
  const data = emptyLike(color.data, width * height * channels);
  for (let i = 0, from = 0, to = 0; i < width * height; i++) {
    for (let c = 0; c < color.channels; c++) data[to++] = color.data[from++]!;
    data[to++] = alpha.data[i]!;
  }
  return { ...color, data, channels };
}

function emptyLike(data: PictureData, length: number): Uint8Array | Uint16Array | Float32Array {
  if (data instanceof Float32Array) return new Float32Array(length);
  return data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}
