/** What the classic metrics measure: single channels in doubles from 0 to 255, after cropping, clipping and rounding. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { cropPicture, toLuma } from 'sr-data';
import {
  bitDepth,
  checkPicture,
  checkValues,
  fullValue,
  type Picture,
  quantize,
  SrError,
  tensorToPictures,
} from 'sr-tensor';
import { type Images, missingReference } from './metric.js';

export interface PlaneOptions {
  /**
   * - `rgb`: every channel alike, alpha left out; the value is the mean over them;
   * - `y`: MATLAB's luma (`rgb2ycbcr`, 16 to 235), as in most super-resolution tables;
   * - `grey`: 0.299 R + 0.587 G + 0.114 B from 0 to 255, MATLAB's `rgb2gray`.
   *
   * The default is the metric's.
   */
  channel?: 'rgb' | 'y' | 'grey';
  /** Pixels left out along each side. Default 0; tables use the scale. */
  cropBorder?: number;
  /** Clips floats to [0, 1]. Default true. */
  clip?: boolean;
  /** Rounds to 8 bits first, as when pictures are saved and read again. Default false; no matter for 8-bit pictures. */
  quantize?: boolean;
  /** Rounds `y` or `grey`. Default as MATLAB: where the picture has 8 bits, or is rounded to them. */
  roundLuma?: boolean;
  /** Refuses NaN and floats outside [0, 1] instead of clipping them. Default false, since it reads every value. */
  checkRange?: boolean;
}

/** One channel, rows from top to bottom, 0 to 255. */
export interface Plane {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** How messages call the metric, and the least width and height that it takes, after the crop. */
export interface Demands {
  readonly what: string;
  readonly leastSize: number;
}

/**
 * Applies `measure` to each channel of each pair of pictures and takes the mean over the channels.
 *
 * @param what how messages call the metric
 * @param leastSize the least width and height that `measure` takes, after the crop
 * @returns one value a pair
 * @throws `metrics/pairs` for unequal counts, `picture/size` for unequal or too small pictures, `metrics/option`,
 *   `picture/range` on request
 */
export async function measurePlanes(
  result: Images,
  reference: Images,
  options: PlaneOptions,
  { what, leastSize }: Demands,
  measure: (result: Plane, reference: Plane) => number,
): Promise<Float64Array> {
  const pairs = await planePairs(result, reference, options, { what, leastSize });
  return Float64Array.from(pairs, planes => {
    let [sum, count] = [0, 0];
    for (const [a, b] of planes()) {
      sum += measure(a, b);
      count++;
    }
    return sum / count;
  });
}

/** The channels of each pair of pictures, one after the other as they are called for. Throws as `measurePlanes`. */
export async function planePairs(
  result: Images,
  reference: Images,
  options: PlaneOptions,
  demands: Demands,
): Promise<(() => Iterable<[result: Plane, reference: Plane]>)[]> {
  const pairs = await preparePairs(result, reference, options, demands);
  return pairs.map(
    prepared =>
      function* channels() {
        const [a, b] = prepared();
        for (const channel of channelsOf([a, b], options)) {
          yield [plane(a, channel, options), plane(b, channel, options)];
        }
      },
  );
}

/**
 * Results and references pair by pair, checked at once, cropped, clipped and rounded when they are called for.
 *
 * @throws as `measurePlanes`
 */
export async function preparePairs(
  result: Images,
  reference: Images,
  options: PlaneOptions,
  { what, leastSize }: Demands,
): Promise<(() => [result: Picture, reference: Picture])[]> {
  checkPlaneOptions(options, what);
  const pairs = await toPairs(result, reference, what, options);
  return pairs.map(([picture, other]) => {
    checkSameSize(picture, other, what);
    checkLeastSize(picture, leastSize, options.cropBorder ?? 0, what);
    return () => [prepare(picture, options), prepare(other, options)];
  });
}

/**
 * Applies `measure` to each channel of each picture and takes the mean over the channels.
 *
 * @returns one value a picture
 * @throws `picture/size` for too small pictures, `metrics/option`, `picture/range` on request
 */
export async function measureEachPlane(
  result: Images,
  options: PlaneOptions,
  { what, leastSize }: Demands,
  measure: (plane: Plane) => number,
): Promise<Float64Array> {
  checkPlaneOptions(options, what);
  const pictures = await toPictures(result, what, options);
  return Float64Array.from(pictures, picture => {
    const planes = planesOf(picture, options, { what, leastSize });
    return planes.reduce((sum, each) => sum + measure(each), 0) / planes.length;
  });
}

/** The channels of one picture, cropped, clipped and rounded as asked; of a grey one its only one. */
export function planesOf(picture: Picture, options: PlaneOptions, { what, leastSize }: Demands): Plane[] {
  checkLeastSize(picture, leastSize, options.cropBorder ?? 0, what);
  const prepared = prepare(picture, options);
  return channelsOf([prepared], options).map(channel => plane(prepared, channel, options));
}

/**
 * Results and references, picture by picture.
 *
 * @throws `metrics/pairs` for unequal counts, `metrics/reference` if there is none, `picture/invalid`
 */
export async function toPairs(
  result: Images,
  reference: Images,
  what: string,
  options: { checkRange?: boolean } = {},
): Promise<[result: Picture, reference: Picture][]> {
  if (reference === undefined) throw missingReference(what);
  const results = await toPictures(result, `${what}: result`, options);
  const references = await toPictures(reference, `${what}: reference`, options);
  checkSameCount(results.length, references.length, what);
  return results.map((picture, i) => [picture, references[i]!]);
}

/** Throws `metrics/pairs`. */
export function checkSameCount(results: number, references: number, what: string): void {
  if (results === references) return;
  throw new SrError({
    code: 'metrics/pairs',
    message: `${what}: expected as many results as references, received ${results} and ${references}.`,
  });
}

/** The pictures of a batch; floats from tensors. */
export async function toPictures(
  images: Images,
  what: string,
  { checkRange = false }: { checkRange?: boolean } = {},
): Promise<readonly Picture[]> {
  const pictures = await asPictures(images);
  for (const picture of pictures) {
    checkPicture(picture, what);
    if (checkRange && picture.data instanceof Float32Array) checkValues(picture.data, what);
  }
  return pictures;
}

type Channel = 0 | 1 | 2 | 'y' | 'grey';

async function asPictures(images: Images): Promise<readonly Picture[]> {
  if (isTensor(images)) return tensorToPictures(images, { bitDepth: 32 });
  return Array.isArray(images) ? (images as readonly Picture[]) : [images as Picture];
}

export function isTensor(images: Images): images is Tensor4D {
  return 'shape' in images && 'dtype' in images;
}

/** Grey pictures stand for three equal channels; two of them need comparing once only. */
function channelsOf(pictures: readonly Picture[], { channel = 'rgb' }: PlaneOptions): readonly Channel[] {
  if (channel !== 'rgb') return [channel];
  return pictures.every(picture => picture.channels < 3) ? [0] : [0, 1, 2];
}

function plane(picture: Picture, channel: Channel, options: PlaneOptions): Plane {
  const { width, height } = picture;
  if (typeof channel === 'number') return { data: values(picture, channel), width, height };
  const { roundLuma = bitDepth(picture) === 8 } = options;
  if (channel === 'y' && bitDepth(picture) === 8) {
    // `toLuma` rounds what has 8 bits.
    return { data: toLuma(roundLuma ? picture : toFloats(picture)), width, height };
  }
  const luma = channel === 'grey' ? grey(picture) : toLuma(picture);
  return { data: roundLuma ? luma.map(Math.round) : luma, width, height };
}

/** ITU-R BT.601 in full range; a grey picture as it is. */
function grey(picture: Picture): Float64Array {
  const r = values(picture, 0);
  if (picture.channels < 3) return r;
  const [g, b] = [values(picture, 1), values(picture, 2)];
  return r.map((value, i) => 0.299 * value + 0.587 * g[i]! + 0.114 * b[i]!);
}

/** One channel (of grey pictures: the only one) from 0 to 255. */
function values(picture: Picture, channel: 0 | 1 | 2): Float64Array {
  const { data, width, height, channels } = picture;
  const factor = 255 / fullValue(picture);
  const out = new Float64Array(width * height);
  for (let i = 0, from = channels < 3 ? 0 : channel; i < out.length; i++, from += channels) {
    out[i] = data[from]! * factor;
  }
  return out;
}

/** Cropped, clipped and rounded as asked. */
function prepare(picture: Picture, { cropBorder = 0, clip = true, quantize: rounds = false }: PlaneOptions): Picture {
  const { width, height } = picture;
  const area = { left: cropBorder, top: cropBorder, width: width - 2 * cropBorder, height: height - 2 * cropBorder };
  const cropped = cropBorder > 0 ? cropPicture(picture, area) : picture;
  const { data } = cropped;
  if (rounds && bitDepth(cropped) !== 8) return { ...cropped, data: quantize(toFloats(cropped).data, 8) };
  if (!clip || !(data instanceof Float32Array)) return cropped;
  return { ...cropped, data: data.map(value => Math.min(Math.max(value, 0), 1)) };
}

function toFloats(picture: Picture): Picture & { data: Float32Array } {
  const full = fullValue(picture);
  return { ...picture, data: Float32Array.from(picture.data, value => value / full) };
}

/** Throws `metrics/option`. */
export function checkPlaneOptions({ channel = 'rgb', cropBorder = 0 }: PlaneOptions, what: string): void {
  if (channel !== 'rgb' && channel !== 'y' && channel !== 'grey') {
    throw new SrError({
      code: 'metrics/option',
      message: `${what}: expected channel to be "rgb", "y" or "grey", received ${JSON.stringify(channel)}.`,
    });
  }
  if (!Number.isInteger(cropBorder) || cropBorder < 0) {
    throw new SrError({
      code: 'metrics/option',
      message: `${what}: expected cropBorder to be an integer from 0, received ${cropBorder}.`,
    });
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Throws `picture/size`. */
export function checkSameSize(a: Size, b: Size, what: string): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new SrError({
    code: 'picture/size',
    message: `${what}: expected two pictures of one size, received ${a.width} x ${a.height} (result) and ${b.width} x ${b.height} (reference).`,
  });
}

/** Throws `picture/size` unless both sides are at least `leastSize` after a crop of `crop` along each. */
export function checkLeastSize({ width, height }: Size, leastSize: number, crop: number, what: string): void {
  const least = leastSize + 2 * crop;
  if (Math.min(width, height) >= least) return;
  throw new SrError({
    code: 'picture/size',
    message: `${what}: expected pictures of at least ${least} x ${least}${crop > 0 ? ` (${leastSize} after a crop of ${crop} a side)` : ''}, received ${width} x ${height}.`,
  });
}
