/** The 36 features of NIQE: 18 of each block at two scales. */
import {
  type AsymmetricGaussian,
  fitAsymmetric,
  gammas,
  halveBicubic,
  normalizeLocally,
  sumBlock,
  type WindowPrecision,
} from './natural-statistics.js';
import type { Plane } from './planes.js';

export const featureCount = 36;

/** `computequality.m`: the side of a block at full size. */
export const defaultBlockSize = 96;

/** The neighbours that values are multiplied with, (down, right): `computefeature.m`. */
const shifts = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

export interface BlockFeatures {
  /** 36 a block; NaN where a distribution has one side only (flat blocks). */
  readonly features: readonly Float64Array[];
  /** Of each block: the mean of its local deviations. */
  readonly sharpness: readonly number[];
}

/** The features of all whole blocks, from the upper left; what is left over to the right and below is cut off. */
export function niqeFeatures(plane: Plane, blockSize: number, precision?: WindowPrecision): BlockFeatures {
  const columns = Math.floor(plane.width / blockSize);
  const rows = Math.floor(plane.height / blockSize);
  let scaled = cut(plane, columns * blockSize, rows * blockSize);
  const features = Array.from({ length: rows * columns }, () => new Float64Array(featureCount));
  const sharpness: number[] = [];
  for (const scale of [0, 1]) {
    if (scale === 1) scaled = halveBicubic(scaled);
    const side = blockSize / (scale + 1);
    const { coefficients, deviations } = normalizeLocally(scaled, 'replicate', precision);
    for (const [i, target] of features.entries()) {
      const block = { left: (i % columns) * side, top: Math.floor(i / columns) * side, width: side, height: side };
      target.set(blockFeatures(coefficients, block), (scale * featureCount) / 2);
      const { absolute, count } = sumBlock(deviations, block);
      if (scale === 0) sharpness.push(absolute / count);
    }
  }
  return { features, sharpness };
}

function blockFeatures(coefficients: Plane, block: Parameters<typeof sumBlock>[1]): number[] {
  const own = widths(fitAsymmetric(sumBlock(coefficients, block)));
  const features = [own.shape, (own.left + own.right) / 2];
  for (const shift of shifts) {
    const { shape, left, right } = widths(fitAsymmetric(sumBlock(coefficients, block, shift)));
    const { one, two } = gammas(shape);
    features.push(shape, ((right - left) * two) / one, left, right);
  }
  return features;
}

/** Root mean squares as the widths in the distribution's formula. */
function widths({ shape, left, right }: AsymmetricGaussian): AsymmetricGaussian {
  const { one, three } = gammas(shape);
  const factor = Math.sqrt(one / three);
  return { shape, left: left * factor, right: right * factor };
}

function cut({ data, width }: Plane, newWidth: number, newHeight: number): Plane {
  const out = new Float64Array(newWidth * newHeight);
  for (let y = 0; y < newHeight; y++) out.set(data.subarray(y * width, y * width + newWidth), y * newWidth);
  return { data: out, width: newWidth, height: newHeight };
}

/**
 * Mean and covariance of features: the mean of each over the blocks that have it, the covariance over the blocks that
 * have all, divided by their number less one (MATLAB's `nanmean` and `nancov`).
 */
export function momentsOf(features: readonly Float64Array[]): { mean: Float64Array; covariance: Float64Array } {
  const mean = new Float64Array(featureCount);
  for (let i = 0; i < featureCount; i++) {
    const known = features.map(block => block[i]!).filter(value => !Number.isNaN(value));
    mean[i] = known.reduce((sum, value) => sum + value, 0) / known.length;
  }
  const whole = features.filter(block => !block.some(Number.isNaN));
  const center = new Float64Array(featureCount);
  for (const block of whole) for (let i = 0; i < featureCount; i++) center[i]! += block[i]! / whole.length;
  const covariance = new Float64Array(featureCount ** 2);
  for (const block of whole) {
    for (let i = 0; i < featureCount; i++) {
      for (let j = 0; j < featureCount; j++) {
        covariance[i * featureCount + j]! +=
          ((block[i]! - center[i]!) * (block[j]! - center[j]!)) / Math.max(1, whole.length - 1);
      }
    }
  }
  return { mean, covariance };
}
