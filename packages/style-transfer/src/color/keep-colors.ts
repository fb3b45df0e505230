/**
 * Keeping colours: a picture takes its luma, or nothing but its structure, from one picture and its colours from another
 * (Gatys et al., "Preserving color in neural artistic style transfer", 2016).
 *
 * - `luma`: Y of the picture, I and Q of the other (section 3.2);
 * - `moments`: a linear map of colours, after which mean and covariance are those of the other (section 3.1): x -> A (x - m) + m', with
 *   A = S'^(1/2) S^(-1/2), both roots symmetric;
 * - `histogram`: each channel has the other's histogram.
 */
import { matchHistogram, toBitDepth } from 'sr-data';
import { bitDepth, checkPicture, fullValue, type Picture, SrError } from 'sr-tensor';
import { type Matrix3, multiply, power, type Vector3 } from './matrix3.js';

export type KeepColor = 'luma' | 'moments' | 'histogram';

/**
 * A picture with the colours of another.
 *
 * @param picture RGB; keeps its size, depth and alpha
 * @param reference whose colours are taken, RGB; for `luma` of the same size
 * @param method see above
 * @throws `picture/invalid`, `style/keep-color` for an unknown method or, with `luma`, another size
 * @example
 * const result = keepColors(stylized, photo, 'luma');
 */
export function keepColors(picture: Picture, reference: Picture, method: KeepColor): Picture {
  checkPicture(picture);
  checkPicture(reference, 'reference');
  if (method === 'luma') return withLumaOf(picture, reference);
  if (method === 'moments') return matchMoments(rgb(picture), rgb(reference));
  if (method === 'histogram') return matchHistogram(integers(rgb(picture)), rgb(reference));
  throw new SrError({
    code: 'style/keep-color',
    message: `keepColors: expected luma, moments or histogram, received "${method}".`,
  });
}

/** Y of R, G, B: ITU-R BT.601, as in NTSC's YIQ. */
const luma: Vector3 = [0.299, 0.587, 0.114];

/** With I and Q kept, a change of Y changes R, G and B alike: Y has the same weight 1 in all of them. */
function withLumaOf(picture: Picture, reference: Picture): Picture {
  if (picture.width !== reference.width || picture.height !== reference.height) {
    throw new SrError({
      code: 'style/keep-color',
      message: `keepColors: expected pictures of one size for luma, received ${picture.width} x ${picture.height} and ${reference.width} x ${reference.height}. Take moments or histogram.`,
    });
  }
  const [full, fullReference] = [fullValue(picture), fullValue(reference)];
  return mapColors(rgb(picture), (color, pixel) => {
    const other = colorAt(reference, pixel).map(v => (v * full) / fullReference) as unknown as Vector3;
    const change = lumaOf(color) - lumaOf(other);
    return [other[0] + change, other[1] + change, other[2] + change];
  });
}

function lumaOf([r, g, b]: Vector3): number {
  return luma[0] * r + luma[1] * g + luma[2] * b;
}

/** The least variance of a direction of colours, in squares of 8-bit levels: below it there is nothing to stretch. */
const leastVariance = 1e-2;

function matchMoments(picture: Picture, reference: Picture): Picture {
  const full = fullValue(picture);
  const [own, other] = [momentsOf(picture), momentsOf(reference)];
  const map = multiply(power(other.covariance, 0.5, 0), power(own.covariance, -0.5, leastVariance));
  return mapColors(picture, color => {
    const centered = color.map((v, c) => (v * 255) / full - own.mean[c]!);
    const row = (c: number): number =>
      ((other.mean[c]! + map[3 * c]! * centered[0]! + map[3 * c + 1]! * centered[1]! + map[3 * c + 2]! * centered[2]!) *
        full) /
      255;
    return [row(0), row(1), row(2)];
  });
}

/** Mean and covariance of colours, in 8-bit levels. */
function momentsOf(picture: Picture): { mean: Vector3; covariance: Matrix3 } {
  const factor = 255 / fullValue(picture);
  const count = picture.width * picture.height;
  const mean = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const color = colorAt(picture, i);
    for (let c = 0; c < 3; c++) mean[c]! += (color[c]! * factor) / count;
  }
  const covariance = new Array<number>(9).fill(0);
  for (let i = 0; i < count; i++) {
    const color = colorAt(picture, i);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        covariance[3 * a + b]! += ((color[a]! * factor - mean[a]!) * (color[b]! * factor - mean[b]!)) / count;
      }
    }
  }
  return { mean: mean as unknown as Vector3, covariance: covariance as unknown as Matrix3 };
}

function colorAt({ data, channels }: Picture, pixel: number): Vector3 {
  const at = pixel * channels;
  return channels >= 3 ? [data[at]!, data[at + 1]!, data[at + 2]!] : [data[at]!, data[at]!, data[at]!];
}

/** Values are clipped, and rounded unless they are floats. */
function mapColors(picture: Picture, map: (color: Vector3, pixel: number) => Vector3): Picture {
  const { channels } = picture;
  const full = fullValue(picture);
  const isInteger = bitDepth(picture) !== 32;
  const data = picture.data.slice();
  for (let i = 0; i < data.length / channels; i++) {
    const color = map(colorAt(picture, i), i);
    for (let c = 0; c < 3; c++) {
      const value = Math.min(full, Math.max(0, color[c]!));
      data[i * channels + c] = isInteger ? Math.round(value) : value;
    }
  }
  return { ...picture, data };
}

/** Grey as three equal channels. */
function rgb(picture: Picture): Picture {
  const { data, width, height, channels } = picture;
  if (channels >= 3) return picture;
  const count = channels + 2;
  const wide = data.slice(0, 0).constructor as new (length: number) => Picture['data'];
  const values = new wide(width * height * count);
  for (let i = 0; i < width * height; i++) {
    values.fill(data[i * channels]!, i * count, i * count + 3);
    if (channels === 2) values[i * count + 3] = data[i * channels + 1]!;
  }
  return { ...picture, data: values, channels: count as 3 | 4 };
}

function integers(picture: Picture): Picture {
  return bitDepth(picture) === 32 ? toBitDepth(picture, 16) : picture;
}
