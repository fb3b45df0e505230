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
} from 'sr-tensor';

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
 * @throws `resize/size` if a size is not a positive whole number, `resize/option` for what the preset's tool lacks
 *
 * Source: MATLAB `imresize`; Pillow `Image.resize` (8 bits: with its weights rounded to 22 bits); PyTorch `interpolate`.
 *
 * @example
 * const small = resizePicture(modCrop(photo, { scale: 4 }), { scale: 1 / 4 });
 */
export function resizePicture(picture: Picture, target: ResizeTarget, options: ResizePictureOptions = {}): Picture {
  checkPicture(picture);
  const { quantize = true, preset = 'matlab', ...kernel } = options;
  const { width, height, channels } = picture;
  const scale = 'scale' in target ? { scale: target.scale } : {};
  const size =
    'scale' in target
      ? { width: resizedSize(width, target.scale, preset), height: resizedSize(height, target.scale, preset) }
      : target;
  const columns = resizeWeights(width, size.width, { ...kernel, ...scale, preset });
  const rows = resizeWeights(height, size.height, { ...kernel, ...scale, preset });

  const depth = quantize ? bitDepth(picture) : 32;
  if (preset === 'pil' && depth === 8) for (const { weights } of [columns, rows]) toFixedPoint(weights);
  const between = depth === 32 || preset === 'torch' ? Float64Array : storage[depth];
  const rowsFirst = preset !== 'pil' && size.height / height <= size.width / width;
  const wide = size.width * channels;
  const middle = rowsFirst
    ? resizeRows(picture.data, new between(width * channels * size.height), rows)
    : resizeColumns(picture.data, new between(wide * height), columns, channels);
  const result = rowsFirst
    ? resizeColumns(middle, new Float64Array(wide * size.height), columns, channels)
    : resizeRows(middle, new Float64Array(wide * size.height), rows);
  return { ...picture, ...size, data: quantized(result, depth, fullValue(picture)) };
}

const storage = { 8: Uint8Array, 16: Uint16Array };

/** Pillow's precision for 8 bits: 32 bits less 8 for the value and 2 for sums beyond it (`PRECISION_BITS`, Resample.c). */
function toFixedPoint(weights: Float64Array): void {
  for (let i = 0; i < weights.length; i++) weights[i] = Math.round(weights[i]! * 2 ** 22) / 2 ** 22;
}

/** Each output row is a weighted sum of input rows. */
function resizeRows<Out extends Values>(data: Values, out: Out, { start, taps, weights }: ResizeWeights): Out {
  const line = new Float64Array(out.length / start.length);
  for (let y = 0; y < start.length; y++) {
    line.fill(0);
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[y * taps + tap]!;
      if (weight === 0) continue;
      const from = (start[y]! + tap) * line.length;
      for (let i = 0; i < line.length; i++) line[i]! += weight * data[from + i]!;
    }
    storeRow(line, out, y * line.length);
  }
  return out;
}

/** Each output column is a weighted sum of input columns. */
function resizeColumns<Out extends Values>(data: Values, out: Out, columns: ResizeWeights, channels: number): Out {
  const { start, taps, weights } = columns;
  const line = new Float64Array(start.length * channels);
  const height = out.length / line.length;
  const inputRow = data.length / height;
  for (let y = 0; y < height; y++) {
    for (let x = 0, to = 0; x < start.length; x++) {
      for (let c = 0; c < channels; c++, to++) {
        let sum = 0;
        let from = y * inputRow + start[x]! * channels + c;
        for (let tap = x * taps; tap < (x + 1) * taps; tap++, from += channels) sum += weights[tap]! * data[from]!;
        line[to] = sum;
      }
    }
    storeRow(line, out, y * line.length);
  }
  return out;
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
