/**
 * Gaussian blur: g(i) = exp(-i^2 / (2 sigma^2)) for |i| <= radius, divided by the sum, along rows and columns.
 *
 * The same kernel as MATLAB's `fspecial('gaussian', size, sigma)` and scipy's `gaussian_filter1d`. Borders are part of
 * the matrices that rows and columns are multiplied with.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import { lineMatrix, lineProduct, packRows, type SparseRows } from './line-matrix.js';
import type { PaddingMode } from './padding.js';

export interface GaussianBlurOptions {
  /** Standard deviation in pixels. */
  sigma: number;
  /** Odd width of the kernel. Default 2 floor(4 sigma + 1/2) + 1, scipy's (`truncate=4`). */
  size?: number;
  /**
   * What lies beyond the border, as in `pad`, or `'symmetric'`: mirrored, the edge repeated (scipy's default, which it
   * calls `reflect`). Default `'replicate'`, that of MATLAB's `imgaussfilt`.
   */
  paddingMode?: PaddingMode | 'symmetric';
}

/**
 * Blurs images with a Gaussian.
 *
 * @param x `[batch, height, width, channels]`
 * @returns the same shape
 * @throws `blur/option` for a sigma that is not positive or a size that is not odd
 * @example
 * const small = resize(gaussianBlur(images, { sigma: 1 }), { scale: 1 / 4 });
 */
export function gaussianBlur(x: Tensor4D, { sigma, size, paddingMode = 'replicate' }: GaussianBlurOptions): Tensor4D {
  checkShape(x, '[batch, height, width, channels]', 'gaussianBlur');
  const kernel = gaussianKernel({ sigma, ...(size !== undefined && { size }) });
  const [, height, width] = x.shape;
  const rows = lineMatrix(blurRows(height, kernel, paddingMode), height);
  const columns = height === width ? rows : lineMatrix(blurRows(width, kernel, paddingMode), width);
  return lineProduct({ x }, { rows, columns });
}

/**
 * The weights of a Gaussian blur in one direction, in doubles; they sum to 1.
 *
 * @throws `blur/option` as `gaussianBlur`
 */
export function gaussianKernel({
  sigma,
  size = 2 * Math.floor(4 * sigma + 0.5) + 1,
}: Pick<GaussianBlurOptions, 'sigma' | 'size'>): Float64Array {
  if (!(sigma > 0) || !(size >= 1) || size % 2 !== 1) {
    throw new SrError({
      code: 'blur/option',
      message: `gaussianBlur: expected a sigma > 0 and an odd size, received sigma ${sigma}, size ${size}.`,
    });
  }
  const radius = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => weight / total);
}

function blurRows(size: number, kernel: Float64Array, mode: PaddingMode | 'symmetric'): SparseRows {
  const radius = (kernel.length - 1) / 2;
  const inside = borders[mode];
  const rows = Array.from({ length: size }, (_, i) => {
    const dense = new Map<number, number>();
    kernel.forEach((weight, t) => {
      const index = inside(i + t - radius, size);
      if (index >= 0) dense.set(index, (dense.get(index) ?? 0) + weight);
    });
    const first = Math.min(...dense.keys());
    const length = Math.max(...dense.keys()) - first + 1;
    return { first, weights: Array.from({ length }, (__, t) => dense.get(first + t) ?? 0) };
  });
  return packRows(rows, size);
}

/** The index inside that stands for index j of a row of n; -1: zero. */
const borders: Record<PaddingMode | 'symmetric', (j: number, n: number) => number> = {
  zero: (j, n) => (j >= 0 && j < n ? j : -1),
  replicate: (j, n) => Math.min(Math.max(j, 0), n - 1),
  symmetric: (j, n) => fold(j, 2 * n, n),
  reflect: (j, n) => (n === 1 ? 0 : fold(j, 2 * n - 2, n)),
};

/** The place of j in a row that is mirrored with this period. */
function fold(j: number, period: number, n: number): number {
  const place = ((j % period) + period) % period;
  return place < n ? place : (period === 2 * n ? period - 1 : period) - place;
}
