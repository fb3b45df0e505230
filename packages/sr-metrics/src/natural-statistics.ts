/**
 * Natural scene statistics, which NIQE and BRISQUE judge pictures by: how locally normalised values, and products of
 * neighbours, are distributed.
 */
import { resizedSize, resizeWeights } from 'sr-tensor';
import { multiplyPlanes, type PlaneBorder, padPlane } from './plane-filter.js';
import type { Plane } from './planes.js';

/** A window of 7x7 with the deviation 7/6: the authors' releases of both metrics. */
const WINDOW = 7;

/**
 * What is rounded to single precision: nothing, the weights of the window, or all sums as well.
 *
 * Where a picture is flat a value less its mean is rounding, and the fits count how many of them lie on each side of zero:
 * with weights in single precision, whose sum is not quite 1, they all lie on one. That is how far programs differ there.
 */
export type WindowPrecision = 'double' | 'single-weights' | 'single';

/**
 * Values less their local mean, divided by their local deviation plus 1 (MSCN coefficients).
 *
 * @param border what the window sees beyond the picture: `replicate` in NIQE, `zero` in BRISQUE
 * @returns them, and the local deviations
 */
export function normalizeLocally(
  plane: Plane,
  border: PlaneBorder,
  precision: WindowPrecision = 'double',
): { coefficients: Plane; deviations: Plane } {
  const padded = padPlane(plane, (WINDOW - 1) / 2, border);
  const means = localMeans(padded, precision);
  const squares = localMeans(multiplyPlanes(padded, padded), precision);
  const deviations = Float64Array.from(squares, (square, i) => Math.sqrt(Math.abs(square - means[i]! ** 2)));
  const coefficients = plane.data.map((value, i) => (value - means[i]!) / (deviations[i]! + 1));
  return { coefficients: { ...plane, data: coefficients }, deviations: { ...plane, data: deviations } };
}

/**
 * Under the window, where it lies wholly inside.
 *
 * Summed as SciPy's `correlate` and the convolutions of PyTorch do, row by row with the whole window, not as two passes: in
 * flat areas a value less its mean is rounding only, whose sign the distributions of products see.
 */
function localMeans({ data, width, height }: Plane, precision: WindowPrecision): Float64Array | Float32Array {
  const line = Array.from({ length: WINDOW }, (_, i) =>
    Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * (WINDOW / 6) ** 2)),
  );
  const total = line.reduce((sum, weight) => sum + weight, 0) ** 2;
  const outWidth = width - WINDOW + 1;
  const size = outWidth * (height - WINDOW + 1);
  const out = precision === 'single' ? new Float32Array(size) : new Float64Array(size);
  for (let y = 0; y < out.length / outWidth; y++) {
    const row = out.subarray(y * outWidth, (y + 1) * outWidth);
    for (let i = 0; i < WINDOW; i++) {
      for (let j = 0; j < WINDOW; j++) {
        const exact = (line[i]! * line[j]!) / total;
        const weight = precision === 'double' ? exact : Math.fround(exact);
        const from = (y + i) * width + j;
        for (let x = 0; x < outWidth; x++) row[x]! += weight * data[from + x]!;
      }
    }
  }
  return out;
}

/** Half the size by MATLAB's `imresize`, in doubles. */
export function halveBicubic({ data, width, height }: Plane): Plane {
  const outWidth = resizedSize(width, 0.5);
  const outHeight = resizedSize(height, 0.5);
  const columns = resizeWeights(width, outWidth, { scale: 0.5 });
  const rows = resizeWeights(height, outHeight, { scale: 0.5 });
  const lines = new Float64Array(outHeight * width);
  for (let y = 0; y < outHeight; y++) {
    for (let tap = 0; tap < rows.taps; tap++) {
      const weight = rows.weights[y * rows.taps + tap]!;
      const from = (rows.start[y]! + tap) * width;
      if (weight !== 0) for (let x = 0; x < width; x++) lines[y * width + x]! += weight * data[from + x]!;
    }
  }
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0, i = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, i++) {
      for (let tap = 0; tap < columns.taps; tap++) {
        const weight = columns.weights[x * columns.taps + tap]!;
        if (weight !== 0) out[i]! += weight * lines[y * width + columns.start[x]! + tap]!;
      }
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** A part of a plane. */
export interface Block {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Sums over the values of a block, which the distributions are fitted to. */
export interface BlockSums {
  count: number;
  absolute: number;
  below: { count: number; squares: number };
  above: { count: number; squares: number };
}

/** Of the values themselves, or of their products with those `shift` (down, right) before them, around the block's edge. */
export function sumBlock(
  { data, width }: Plane,
  block: Block,
  shift?: readonly [down: number, right: number],
): BlockSums {
  const sums = { count: block.width * block.height, absolute: 0, below: empty(), above: empty() };
  for (let y = 0; y < block.height; y++) {
    const row = (block.top + y) * width + block.left;
    const other = shift && (block.top + wrap(y - shift[0], block.height)) * width + block.left;
    for (let x = 0; x < block.width; x++) {
      let value = data[row + x]!;
      if (other !== undefined) value *= data[other + wrap(x - shift![1], block.width)]!;
      sums.absolute += Math.abs(value);
      const side = value < 0 ? sums.below : sums.above;
      if (value === 0) continue;
      side.count++;
      side.squares += value * value;
    }
  }
  return sums;
}

function empty(): { count: number; squares: number } {
  return { count: 0, squares: 0 };
}

function wrap(i: number, n: number): number {
  return i < 0 ? i + n : i < n ? i : i - n;
}

/** An asymmetric generalised Gaussian: its shape, and the root mean squares of the values below and above zero. */
export interface AsymmetricGaussian {
  readonly shape: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Fits an asymmetric generalised Gaussian by its moments (Lasmar, Stitou, Berthoumieu, "Multiscale skewed heavy tailed
 * model for texture analysis", ICIP 2009), the shape to the nearest thousandth from 0.2 to 10.
 *
 * Without values on both sides the fit has no meaning: NaN, and the shape 0.2, as in the authors' programs.
 */
export function fitAsymmetric({ count, absolute, below, above }: BlockSums): AsymmetricGaussian {
  const left = Math.sqrt(below.squares / below.count);
  const right = Math.sqrt(above.squares / above.count);
  const ratio = left / right;
  const moments = (absolute / count) ** 2 / ((below.squares + above.squares) / count);
  const target = (moments * (ratio ** 3 + 1) * (ratio + 1)) / (ratio ** 2 + 1) ** 2;
  return { shape: nearestShape(target, 1), left, right };
}

/** Fits a generalised Gaussian around zero by its moments: its shape, as above, and its variance. */
export function fitSymmetric({ count, absolute, below, above }: BlockSums): { shape: number; variance: number } {
  const variance = (below.squares + above.squares) / count;
  return { shape: nearestShape(variance / (absolute / count) ** 2, -1), variance };
}

/** The gammas of 1, 2 and 3 by the shape, in which all these distributions are written. */
export function gammas(shape: number): { one: number; two: number; three: number } {
  return { one: gamma(1 / shape), two: gamma(2 / shape), three: gamma(3 / shape) };
}

/** 0.2, 0.201, ..., 10: the authors' programs. */
const shapes = Float64Array.from({ length: 9801 }, (_, i) => (200 + i) / 1000);

let ratios: Float64Array | undefined;

/** The shape whose moments' ratio, gamma(2/a)^2 / (gamma(1/a) gamma(3/a)) or its inverse, is nearest. */
function nearestShape(target: number, exponent: 1 | -1): number {
  ratios ??= shapes.map(shape => Math.exp(2 * logGamma(2 / shape) - logGamma(1 / shape) - logGamma(3 / shape)));
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < ratios.length; i++) {
    const distance = Math.abs(ratios[i]! ** exponent - target);
    if (distance < least) [best, least] = [i, distance];
  }
  return shapes[best]!;
}

function gamma(x: number): number {
  return Math.exp(logGamma(x));
}

/** Lanczos' approximation with g = 7 and nine terms (relative error below 1e-14; Godfrey's coefficients), for x > 0. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function logGamma(x: number): number {
  // Below 1/2 by Euler's reflection.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let sum = lanczos[0]!;
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i]! / (x - 1 + i);
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
