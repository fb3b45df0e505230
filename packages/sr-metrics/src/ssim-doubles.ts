/**
 * SSIM and MS-SSIM of tensors in doubles on native TensorFlow: what ssim-moments.ts computes in JavaScript.
 *
 * With u = a + b and d = a - b only two pictures and their squares are filtered, and
 *
 *   SSIM = (U - D + 2 C1) (Vu - Vd + 2 C2) / ((U + D + 2 C1) (Vu + Vd + 2 C2)),  U = E[u]^2, Vu = E[u^2] - U, likewise D, Vd
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type NativeDoubles, type NativeHandle, withNativeDoubles } from 'sr-tensor';
import type { Images } from './metric.js';
import type { PlaneOptions } from './planes.js';
import { K1, K2, RADIUS, SIZE, ssimWindow } from './ssim-constants.js';

/**
 * Applies `measure` to each pair of pictures of two batches of tensors, as `[height, width, channels]` in [0, 1], where
 * the options ask for nothing else than their values.
 *
 * @param leastSize the least width and height, after the crop
 * @returns the mean over the channels of each pair; undefined on other backends, and for what JavaScript knows better:
 *   pictures, rounding, checks, and what is wrong with bad input
 */
export function measureInDoubles(
  result: Images,
  reference: Images,
  options: PlaneOptions,
  leastSize: number,
  measure: (doubles: NativeDoubles, a: NativeHandle, b: NativeHandle) => Float64Array,
): Float64Array | undefined {
  if (!isColorTensor(result) || !isColorTensor(reference)) return undefined;
  const { channel = 'rgb', cropBorder = 0, checkRange, quantize, roundLuma } = options;
  const [, height, width] = result.shape;
  const fits =
    result.shape.join() === reference.shape.join() &&
    Number.isInteger(cropBorder) &&
    cropBorder >= 0 &&
    Math.min(height, width) - 2 * cropBorder >= leastSize;
  if (!fits || checkRange || quantize || roundLuma || !(channel in mixtures)) return undefined;
  return withNativeDoubles(doubles => {
    const [as, bs] = [result, reference].map(images => channelsOf(doubles, images, options));
    return Float64Array.from(as!, (a, i) => {
      const values = doubles.tidy(() => measure(doubles, a, bs![i]!));
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
  });
}

function isColorTensor(images: Images): images is Tensor4D {
  return 'dtype' in images && images.dtype === 'float32' && images.rank === 4 && images.shape[3] === 3;
}

/** What each channel is made of: weights of R, G, B and what is added. See `toLuma` of sr-data and planes.ts. */
const mixtures = {
  rgb: undefined,
  y: { weights: [65.481 / 255, 128.553 / 255, 24.966 / 255], offset: 16 / 255 },
  grey: { weights: [0.299, 0.587, 0.114], offset: 0 },
};

/** The pictures of a batch, cropped, clipped and mixed: `[height, width, channels]`. */
function channelsOf(
  { run, constant, cast }: NativeDoubles,
  images: Tensor4D,
  { channel = 'rgb', cropBorder = 0, clip = true }: PlaneOptions,
): NativeHandle[] {
  const [batch, fullHeight, fullWidth] = images.shape;
  const [height, width] = [fullHeight - 2 * cropBorder, fullWidth - 2 * cropBorder];
  const float = (value: number): NativeHandle => run('Cast', [constant([value], [])], { DstT: { dtype: 'float32' } });
  const clipped = clip ? run('ClipByValue', [images, float(0), float(1)]) : images;
  const mixture = mixtures[channel];
  return Array.from({ length: batch }, (_, i) => {
    const begin = [i, cropBorder, cropBorder, 0];
    const x = cast(run('Slice', [clipped, begin, [1, height, width, 3]]));
    if (mixture === undefined) return run('Reshape', [x, [height, width, 3]]);
    const mixed = run('MatMul', [run('Reshape', [x, [height * width, 3]]), constant(mixture.weights, [3, 1])]);
    return run('Reshape', [run('AddV2', [mixed, constant([mixture.offset], [])]), [height, width, 1]]);
  });
}

/** As `boxDownsample` of ssim-moments.ts. */
export function boxDownsampleInDoubles(doubles: NativeDoubles, x: NativeHandle, f: number): NativeHandle {
  const size = [Math.ceil(x.shape[0]! / f), Math.ceil(x.shape[1]! / f)] as const;
  return meanOfBoxes(doubles, x, f, { before: Math.floor((f + 1) / 2) - 1, size });
}

/**
 * The mean of f x f pixels at every f-th.
 *
 * @param options.before rows and columns that are mirrored in front of the first; those missing at the end are mirrored too
 * @param options.size height and width of what comes out
 */
export function meanOfBoxes(
  doubles: NativeDoubles,
  x: NativeHandle,
  f: number,
  { before, size: [height, width] }: { before: number; size: readonly [height: number, width: number] },
): NativeHandle {
  const { run, constant, tidy } = doubles;
  const channels = x.shape[2]!;
  return tidy(() => {
    const after = [height, width].map((size, axis) => Math.max(0, size * f - before - x.shape[axis]!));
    const padded = pad(doubles, x, { before, after }, 'SYMMETRIC');
    const boxes = run('Slice', [padded, [0, 0, 0], [height * f, width * f, channels]]);
    // Rows as one long row each, columns by a product: many times faster than boxes of three channels.
    const rows = run('AvgPool', [run('Reshape', [boxes, [1, height * f, 1, width * f * channels]])], {
      ksize: [1, f, 1, 1],
      strides: [1, f, 1, 1],
      padding: 'VALID',
    });
    const weights = Float64Array.from({ length: f * channels * channels }, (_, i) => {
      return Math.floor(i / channels) % channels === i % channels ? 1 / f : 0;
    });
    const means = run('MatMul', [
      run('Reshape', [rows, [height * width, f * channels]]),
      constant(weights, [f * channels, channels]),
    ]);
    return run('Reshape', [means, [height, width, channels]]);
  });
}

/**
 * The mean over all positions of the window, for each channel.
 *
 * @param what SSIM, or only its second factor, the comparison of contrast and structure
 * @param options.padding zeros around the pictures; default 0
 */
export function meansOverWindows(
  doubles: NativeDoubles,
  a: NativeHandle,
  b: NativeHandle,
  what: 'ssim' | 'contrast',
  { padding = 0 }: { padding?: number } = {},
): Float64Array {
  const { tidy } = doubles;
  const margins = { before: padding, after: [padding, padding] };
  const [x, y] = [pad(doubles, a, margins, 'ZEROS'), pad(doubles, b, margins, 'ZEROS')];
  const [height, width, channels] = [x.shape[0]! - 2 * RADIUS, x.shape[1]! - 2 * RADIUS, x.shape[2]!];
  const most = BANDS * Math.max(LEAST_ROWS, Math.floor(MOST_VALUES / (x.shape[1]! * channels * BANDS)));
  const sums = new Float64Array(channels);
  for (let top = 0; top < height; top += most) {
    const bands = bandsOf(top, Math.min(most, height - top));
    const rows = tidy(() => {
      const [u, v] = [asLanes(doubles, x, bands), asLanes(doubles, y, bands)];
      return doubles.read(rowSums(doubles, u, v, what));
    });
    addRows(rows, bands, sums);
  }
  return sums.map(sum => sum / (height * width));
}

/** Bands of rows that lie side by side as lanes: the window is applied several times faster to many lanes than to three. */
const BANDS = 8;
/** Rows of a band: ten more are read than come out. */
const LEAST_ROWS = 32;
/** Of a band with its neighbours; an operation then makes 8 MB. */
const MOST_VALUES = 2 ** 20;

/** Bands of equal height; the last ones overlap where they do not fit. */
interface Bands {
  readonly rows: number;
  readonly tops: readonly number[];
}

function bandsOf(top: number, rows: number): Bands {
  const count = Math.min(BANDS, rows);
  const each = Math.ceil(rows / count);
  return { rows: each, tops: Array.from({ length: count }, (_, i) => top + Math.min(i * each, rows - each)) };
}

/** `[1, rows and ten more, width, bands * channels]`. */
function asLanes({ run }: NativeDoubles, x: NativeHandle, { rows, tops }: Bands): NativeHandle {
  const height = rows + 2 * RADIUS;
  const [, width, channels] = x.shape as [number, number, number];
  const parts = tops.map(top => run('Slice', [x, [top, 0, 0], [height, width, channels]]));
  const lanes = parts.length === 1 ? parts[0]! : run('ConcatV2', [...parts, 2], { ...DOUBLE, N: parts.length });
  return run('Reshape', [lanes, [1, height, width, tops.length * channels]]);
}

/** The type follows from the inputs, but not from a list of them. */
const DOUBLE = { T: { dtype: 'float64' } } as const;

/** Sums along the rows: `[rows, lanes]`. */
function rowSums(
  { run, constant, tidy }: NativeDoubles,
  a: NativeHandle,
  b: NativeHandle,
  what: 'ssim' | 'contrast',
): NativeHandle {
  const lanes = a.shape[3]!;
  const window = Float64Array.from({ length: SIZE * lanes }, (_, i) => ssimWindow()[Math.floor(i / lanes)]!);
  const [down, across] = [constant(window, [SIZE, 1, lanes, 1]), constant(window, [1, SIZE, lanes, 1])];
  const filter = (x: NativeHandle): NativeHandle =>
    tidy(() => [down, across].reduce((y, w) => run('DepthwiseConv2dNative', [y, w], FILTER), x));
  /** The square of the mean and the variance. */
  const moments = (x: NativeHandle): [NativeHandle, NativeHandle] =>
    tidy(() => {
      const square = run('Square', [filter(x)]);
      return [square, run('Sub', [filter(run('Square', [x])), square])];
    });
  /** (x - y + c) / (x + y + c) as its two parts. */
  const comparison = (x: NativeHandle, y: NativeHandle, c: number): [NativeHandle, NativeHandle] => {
    const more = run('AddV2', [x, constant([2 * c], [])]);
    return [run('Sub', [more, y]), run('AddV2', [more, y])];
  };
  const [squareU, varianceU] = moments(run('AddV2', [a, b]));
  const [squareD, varianceD] = moments(run('Sub', [a, b]));
  const values = tidy(() => {
    const contrast = comparison(varianceU, varianceD, K2 ** 2);
    if (what === 'contrast') return run('RealDiv', contrast);
    const luminance = comparison(squareU, squareD, K1 ** 2);
    const [above, below] = [0, 1].map(part => run('Mul', [luminance[part]!, contrast[part]!]));
    return run('RealDiv', [above!, below!]);
  });
  return run('Sum', [values, [0, 2]]);
}

const FILTER = { strides: [1, 1, 1, 1], padding: 'VALID' } as const;

/** Adds each row once, though bands overlap. */
function addRows(values: Float64Array, { rows, tops }: Bands, sums: Float64Array): void {
  const [channels, lanes] = [sums.length, tops.length * sums.length];
  let next = tops[0]!;
  for (const [band, top] of tops.entries()) {
    for (; next < top + rows; next++) {
      for (let c = 0; c < channels; c++) sums[c]! += values[(next - top) * lanes + band * channels + c]!;
    }
  }
}

function pad(
  { run }: NativeDoubles,
  x: NativeHandle,
  { before, after }: { before: number; after: readonly number[] },
  mode: 'SYMMETRIC' | 'ZEROS',
): NativeHandle {
  if (before === 0 && after.every(count => count === 0)) return x;
  const paddings = run('Reshape', [
    [...after.flatMap(count => [before, count]), 0, 0],
    [3, 2],
  ]);
  return mode === 'ZEROS' ? run('Pad', [x, paddings]) : run('MirrorPad', [x, paddings], { mode });
}
