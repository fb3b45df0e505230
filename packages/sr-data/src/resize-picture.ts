// Resizing in doubles as two passes of weighted sums, with the roundings of the tools it stands for.
//
// MATLAB resizes the direction with the smaller scale first (the rows, if both are equal). Pillow resizes the columns
// first; only since version 13, and where the height shrinks much more than the width, the rows, which is not followed
// here. Both store what lies between the passes in the type of the picture, so 8-bit values are rounded twice. Without
// the first rounding a tenth of the values of the benchmarks' low-resolution pictures would be off by one.
import {
  bitDepth,
  checkPicture,
  fullValue,
  type Picture,
  type PictureData,
  type ResizeKernel,
  type ResizePreset,
  type ResizeWeights,
  resizedSize,
  resizeWeights,
  SrError,
} from 'sr-tensor';
import { type CropOptions, cropPicture } from './crop-picture.js';

/** A factor for width and height (0.25: a quarter of both), or the new sizes. */
export type ResizeTarget = { readonly scale: number } | { readonly width: number; readonly height: number };

export interface ResizePictureOptions {
  /** Whose conventions: `matlab` (default), `pil` or `torch`; see `resizeWeights`. */
  preset?: ResizePreset;
  /** Default `cubic`. */
  kernel?: ResizeKernel;
  /** Whether the kernel is widened when the picture shrinks; default as the tool's. */
  antialias?: boolean;
  /**
   * True (default): the depth of the input, clipped and rounded, as the tool does for such a picture. False: floats with
   * full intensity 1, not clipped, as the tool does for a picture in floats.
   */
  quantize?: boolean;
  /** Only this rectangle of the result, whose values are those of the whole; what it does not need is not computed. */
  area?: CropOptions;
}

type Values = PictureData | Float64Array;

/**
 * A picture in another size, computed in doubles.
 *
 * With the defaults it equals MATLAB's `imresize(picture, scale)` bit by bit, which made the low-resolution pictures of
 * super-resolution benchmarks: cubic kernel with a = -0.5, widened by 1 / scale when making smaller, mirrored borders,
 * sizes rounded up. Every channel is resized for itself, alpha too.
 *
 * @param target `{ scale }` or `{ width, height }`
 * @returns a picture with the same channels and metadata
 * @throws `resize/size` if a size is not a positive whole number or the area does not lie in it, `resize/option` for what
 *   the preset's tool lacks
 *
 * Source: MATLAB `imresize`; Pillow `Image.resize` (8 bits: with its weights rounded to 22 bits); PyTorch `interpolate`.
 *
 * @example
 * const small = resizePicture(modCrop(photo, { scale: 4 }), { scale: 1 / 4 });
 */
export function resizePicture(picture: Picture, target: ResizeTarget, options: ResizePictureOptions = {}): Picture {
  checkPicture(picture);
  const { quantize = true, preset = 'matlab', area, ...kernel } = options;
  const { width, height } = picture;
  const scale = 'scale' in target ? { scale: target.scale } : {};
  const size =
    'scale' in target
      ? { width: resizedSize(width, target.scale, preset), height: resizedSize(height, target.scale, preset) }
      : { width: target.width, height: target.height };
  const columns = resizeWeights(width, size.width, { ...kernel, ...scale, preset });
  const rows = resizeWeights(height, size.height, { ...kernel, ...scale, preset });

  const depth = quantize ? bitDepth(picture) : 32;
  if (preset === 'pil' && depth === 8) for (const { weights } of [columns, rows]) toFixedPoint(weights);
  const between = depth === 32 || preset === 'torch' ? Float64Array : storage[depth];
  const rowsFirst = preset !== 'pil' && size.height / height <= size.width / width;
  const plan = { columns, rows, rowsFirst, between };
  const values = area ? resizedValues(...inArea(picture, plan, size, area)) : resizedValues(picture, plan);
  return {
    ...picture,
    ...(area ? { width: area.width, height: area.height } : size),
    data: quantized(values, depth, fullValue(picture)),
  };
}

interface Plan {
  readonly columns: ResizeWeights;
  readonly rows: ResizeWeights;
  readonly rowsFirst: boolean;
  /** What the values between the passes are stored in. */
  readonly between: new (
    length: number,
  ) => Values;
}

function resizedValues(
  { data, width, height, channels }: Picture,
  { columns, rows, rowsFirst, between }: Plan,
): Float64Array {
  const wide = columns.start.length * channels;
  const high = rows.start.length;
  const out = new Float64Array(wide * high);
  if (!rowsFirst) return resizeRows(resizeColumns(data, new between(wide * height), columns, channels), out, rows);
  return resizeColumns(resizeRows(data, new between(width * channels * high), rows), out, columns, channels);
}

/** The part of a picture that a rectangle of the result is made of, and the plan that makes it. */
function inArea(
  picture: Picture,
  plan: Plan,
  size: { width: number; height: number },
  area: CropOptions,
): [Picture, Plan] {
  const { left, top, width, height } = area;
  const whole = [left, top, width, height].every(Number.isInteger) && width > 0 && height > 0;
  if (!whole || left < 0 || top < 0 || left + width > size.width || top + height > size.height) {
    throw new SrError({
      code: 'resize/size',
      message: `resizePicture: expected an area inside ${size.width} x ${size.height}, received ${width} x ${height} at (${left}, ${top}).`,
    });
  }
  const across = linesFrom(plan.columns, left, width);
  const down = linesFrom(plan.rows, top, height);
  const needed = { left: across.begin, top: down.begin, width: across.length, height: down.length };
  return [cropPicture(picture, needed), { ...plan, columns: across.weights, rows: down.weights }];
}

/** `count` outputs from `first` on, and the inputs that they need. */
function linesFrom(
  { start, taps, weights }: ResizeWeights,
  first: number,
  count: number,
): { weights: ResizeWeights; begin: number; length: number } {
  const starts = start.slice(first, first + count);
  const begin = starts.reduce((least, value) => Math.min(least, value));
  const end = starts.reduce((most, value) => Math.max(most, value)) + taps;
  return {
    weights: {
      start: starts.map(value => value - begin),
      taps,
      weights: weights.slice(first * taps, (first + count) * taps),
    },
    begin,
    length: end - begin,
  };
}

const storage = { 8: Uint8Array, 16: Uint16Array };

/** Pillow's precision for 8 bits: 32 bits less 8 for the value and 2 for sums beyond it (`PRECISION_BITS`, Resample.c). */
function toFixedPoint(weights: Float64Array): void {
  for (let i = 0; i < weights.length; i++) weights[i] = Math.round(weights[i]! * 2 ** 22) / 2 ** 22;
}

/** Each output row is a weighted sum of input rows, which are added in order, four at a time as far as they go. */
function resizeRows<Out extends Values>(data: Values, out: Out, { start, taps, weights }: ResizeWeights): Out {
  const line = new Float64Array(out.length / start.length);
  const { length } = line;
  for (let y = 0; y < start.length; y++) {
    line.fill(0);
    const [first, end] = nonZero(weights, y * taps, taps);
    let tap = first;
    let at = (start[y]! + first - y * taps) * length;
    for (; tap + 4 <= end; tap += 4, at += 4 * length) {
      const [w0, w1, w2, w3] = [weights[tap]!, weights[tap + 1]!, weights[tap + 2]!, weights[tap + 3]!];
      const [at1, at2, at3] = [at + length, at + 2 * length, at + 3 * length];
      for (let i = 0; i < length; i++) {
        line[i] = line[i]! + w0 * data[at + i]! + w1 * data[at1 + i]! + w2 * data[at2 + i]! + w3 * data[at3 + i]!;
      }
    }
    for (; tap < end; tap++, at += length) {
      const weight = weights[tap]!;
      for (let i = 0; i < length; i++) line[i] = line[i]! + weight * data[at + i]!;
    }
    storeRow(line, out, y * length);
  }
  return out;
}

/** Where the weights of a row that are not padding begin and end. */
function nonZero(weights: Float64Array, from: number, taps: number): [first: number, end: number] {
  let [first, end] = [from, from + taps];
  while (first < end && weights[first] === 0) first++;
  while (end > first && weights[end - 1] === 0) end--;
  return [first, end];
}

/** Each output column is a weighted sum of input columns. */
function resizeColumns<Out extends Values>(data: Values, out: Out, columns: ResizeWeights, channels: number): Out {
  const line = new Float64Array(columns.start.length * channels);
  const height = out.length / line.length;
  const inputRow = data.length / height;
  const sum = channels === 3 ? sumColors : sumChannels;
  for (let y = 0; y < height; y++) {
    sum(data, y * inputRow, line, columns, channels);
    storeRow(line, out, y * line.length);
  }
  return out;
}

/** A row of output columns. */
function sumChannels(
  data: Values,
  row: number,
  line: Float64Array,
  { start, taps, weights }: ResizeWeights,
  channels: number,
): void {
  for (let x = 0, to = 0; x < start.length; x++) {
    for (let c = 0; c < channels; c++, to++) {
      let sum = 0;
      let from = row + start[x]! * channels + c;
      for (let tap = x * taps; tap < (x + 1) * taps; tap++, from += channels) sum += weights[tap]! * data[from]!;
      line[to] = sum;
    }
  }
}

/** `sumChannels` of three in half the time: each weight is read once. */
function sumColors(data: Values, row: number, line: Float64Array, { start, taps, weights }: ResizeWeights): void {
  for (let x = 0, to = 0; x < start.length; x++, to += 3) {
    let [red, green, blue] = [0, 0, 0];
    let from = row + start[x]! * 3;
    for (let tap = x * taps; tap < (x + 1) * taps; tap++, from += 3) {
      const weight = weights[tap]!;
      red += weight * data[from]!;
      green += weight * data[from + 1]!;
      blue += weight * data[from + 2]!;
    }
    line[to] = red;
    line[to + 1] = green;
    line[to + 2] = blue;
  }
}

/** Copies doubles as they are; integers are clipped and rounded, halves up. */
function storeRow(line: Float64Array, out: Values, at: number): void {
  if (out instanceof Float64Array) {
    out.set(line, at);
    return;
  }
  const full = out instanceof Uint16Array ? 65_535 : 255;
  for (let i = 0; i < line.length; i++) {
    const value = line[i]! + 0.5;
    out[at + i] = value >= full ? full : Math.max(value, 0);
  }
}

function quantized(values: Float64Array, depth: 8 | 16 | 32, full: number): Uint8Array | Uint16Array | Float32Array {
  if (depth !== 32) {
    const out = new storage[depth](values.length);
    storeRow(values, out, 0);
    return out;
  }
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i]! / full;
  return out;
}
