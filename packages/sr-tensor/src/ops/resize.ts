/** Resizing of images as MATLAB, Pillow and PyTorch do, right in value and gradient on every backend. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import { type LineMatrix, lineMatrix, lineProduct } from './line-matrix.js';
import { type ResizeWeightOptions, resizedSize, resizeWeights } from './resize-weights.js';

export interface ResizeOptions extends ResizeWeightOptions {
  /** The new height; with `width`, instead of `scale`. */
  height?: number;
  /** The new width; with `height`, instead of `scale`. */
  width?: number;
}

/**
 * Resizes images.
 *
 * Values are not clipped: cubic and Lanczos kernels overshoot at edges.
 *
 * @param x `[batch, height, width, channels]`
 * @param options either `scale` (sizes rounded as the preset's tool does) or `height` and `width`; `preset` (default
 *   `'matlab'`), `kernel` (`'cubic'`), `antialias` (as the tool does)
 * @returns `[batch, height', width', channels]`
 * @throws `resize/size` for sizes that are missing, doubled or not positive integers, `resize/option` for what the
 *   preset's tool lacks
 * @example
 * const small = resize(images, { scale: 1 / 4 });
 * const large = resize(images, { height: 512, width: 768, preset: 'torch', kernel: 'linear' });
 */
export function resize(x: Tensor4D, options: ResizeOptions): Tensor4D {
  checkShape(x, '[batch, height, width, channels]', 'resize');
  const [, height, width] = x.shape;
  const [outHeight, outWidth] = outputSize(height, width, options);
  const rows = matrix(height, outHeight, options);
  const columns = matrix(width, outWidth, options);
  return lineProduct({ x }, { rows, columns, shortcut: shortcut(rows, columns, options) });
}

/** The operation of tfjs that gives the same: bilinear unless widened, nearest by whole factors. */
function shortcut(
  rows: LineMatrix,
  columns: LineMatrix,
  { kernel, scale, preset }: ResizeOptions,
): 'bilinear' | 'nearest' | undefined {
  if (preset === 'tensorflow1') return undefined;
  const axes = [rows, columns];
  // It takes the ratio of the sizes for the scale.
  if (scale !== undefined && axes.some(({ inSize, outSize }) => outSize !== inSize * scale)) return undefined;
  if (kernel === 'linear' && axes.every(({ taps }) => taps <= 2)) return 'bilinear';
  if (kernel === 'nearest' && axes.every(({ inSize, outSize }) => outSize % inSize === 0)) return 'nearest';
  return undefined;
}

function outputSize(height: number, width: number, options: ResizeOptions): [number, number] {
  const { scale, preset } = options;
  if (scale !== undefined && options.height === undefined && options.width === undefined) {
    return [resizedSize(height, scale, preset), resizedSize(width, scale, preset)];
  }
  if (scale === undefined && options.height !== undefined && options.width !== undefined) {
    return [options.height, options.width];
  }
  throw new SrError({
    code: 'resize/size',
    message: `resize: expected either scale or height and width, received scale ${scale}, height ${options.height}, width ${options.width}.`,
  });
}

/** The last few matrices: tiles and batches repeat their sizes. */
const cache = new Map<string, LineMatrix>();
const cacheSize = 16;

function matrix(inSize: number, outSize: number, options: ResizeOptions): LineMatrix {
  const { preset, kernel, antialias, scale } = options;
  const key = [inSize, outSize, preset, kernel, antialias, scale].join();
  const found = cache.get(key) ?? lineMatrix(resizeWeights(inSize, outSize, options), inSize);
  // Newest last, so that the first is the one that has not been used for longest.
  cache.delete(key);
  cache.set(key, found);
  if (cache.size > cacheSize) cache.delete(cache.keys().next().value!);
  return found;
}
