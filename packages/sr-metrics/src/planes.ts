/** What PSNR and SSIM compare: single channels in doubles from 0 to 255, after cropping, clipping and rounding. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { cropPicture, toLuma } from 'sr-data';
import { bitDepth, checkPicture, fullValue, type Picture, quantize, SrError, tensorToPictures } from 'sr-tensor';
import type { Images } from './metric.js';

export interface PlaneOptions {
  /** `rgb` (default): every channel alike, alpha left out; `y`: MATLAB's luma, as in most super-resolution tables. */
  channel?: 'rgb' | 'y';
  /** Pixels left out along each side. Default 0; tables use the scale. */
  cropBorder?: number;
  /** Clips floats to [0, 1]. Default true. */
  clip?: boolean;
  /** Rounds to 8 bits first, as when pictures are saved and read again. Default false; no matter for 8-bit pictures. */
  quantize?: boolean;
  /** Rounds the luma. Default as MATLAB: where the picture has 8 bits, or is rounded to them. */
  roundLuma?: boolean;
}

/** One channel, rows from top to bottom, 0 to 255. */
export interface Plane {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Applies `measure` to each channel of each pair of pictures and takes the mean over the channels.
 *
 * @param what how messages call the metric
 * @param leastSize the least width and height that `measure` takes, after the crop
 * @returns one value a pair
 * @throws `metrics/pairs` for unequal counts, `picture/size` for unequal or too small pictures, `metrics/option`
 */
export async function measurePlanes(
  result: Images,
  reference: Images,
  options: PlaneOptions,
  { what, leastSize }: { what: string; leastSize: number },
  measure: (result: Plane, reference: Plane) => number,
): Promise<Float64Array> {
  checkPlaneOptions(options, what);
  const results = await toPictures(result, `${what}: result`);
  const references = await toPictures(reference, `${what}: reference`);
  if (results.length !== references.length) {
    throw new SrError({
      code: 'metrics/pairs',
      message: `${what}: expected as many results as references, received ${results.length} and ${references.length}.`,
    });
  }
  return Float64Array.from(results, (picture, i) => {
    const other = references[i]!;
    checkSizes(picture, other, leastSize, options.cropBorder ?? 0, what);
    const a = prepare(picture, options);
    const b = prepare(other, options);
    const channels = channelsOf(a, b, options);
    let sum = 0;
    for (const channel of channels) sum += measure(plane(a, channel, options), plane(b, channel, options));
    return sum / channels.length;
  });
}

type Channel = 0 | 1 | 2 | 'y';

async function toPictures(images: Images, what: string): Promise<readonly Picture[]> {
  if (isTensor(images)) return tensorToPictures(images, { bitDepth: 32 });
  const pictures = Array.isArray(images) ? (images as readonly Picture[]) : [images as Picture];
  for (const picture of pictures) checkPicture(picture, what);
  return pictures;
}

function isTensor(images: Images): images is Tensor4D {
  return 'shape' in images && 'dtype' in images;
}

/** Grey pictures stand for three equal channels; two of them need comparing once only. */
function channelsOf(a: Picture, b: Picture, { channel = 'rgb' }: PlaneOptions): readonly Channel[] {
  if (channel === 'y') return ['y'];
  return a.channels < 3 && b.channels < 3 ? [0] : [0, 1, 2];
}

function plane(picture: Picture, channel: Channel, options: PlaneOptions): Plane {
  const { width, height } = picture;
  if (channel !== 'y') return { data: values(picture, channel), width, height };
  const { roundLuma = bitDepth(picture) === 8 } = options;
  const luma = toLuma(roundLuma || bitDepth(picture) !== 8 ? picture : toFloats(picture));
  return { data: roundLuma ? luma.map(Math.round) : luma, width, height };
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

function checkPlaneOptions({ channel = 'rgb', cropBorder = 0 }: PlaneOptions, what: string): void {
  if (channel !== 'rgb' && channel !== 'y') {
    throw new SrError({
      code: 'metrics/option',
      message: `${what}: expected channel to be "rgb" or "y", received ${JSON.stringify(channel)}.`,
    });
  }
  if (!Number.isInteger(cropBorder) || cropBorder < 0) {
    throw new SrError({
      code: 'metrics/option',
      message: `${what}: expected cropBorder to be an integer from 0, received ${cropBorder}.`,
    });
  }
}

function checkSizes(a: Picture, b: Picture, leastSize: number, crop: number, what: string): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new SrError({
      code: 'picture/size',
      message: `${what}: expected two pictures of one size, received ${a.width} x ${a.height} (result) and ${b.width} x ${b.height} (reference).`,
    });
  }
  const least = leastSize + 2 * crop;
  if (Math.min(a.width, a.height) >= least) return;
  throw new SrError({
    code: 'picture/size',
    message: `${what}: expected pictures of at least ${least} x ${least}${crop > 0 ? ` (${leastSize} after a crop of ${crop} a side)` : ''}, received ${a.width} x ${a.height}.`,
  });
}
