/**
 * Visual information fidelity (Sheikh and Bovik, IEEE TIP 15(2), 2006; the authors' vifvec.m):
 *
 *   VIF = sum log(1 + g^2 s L_j / (sv^2 + sn^2)) / sum log(1 + s L_j / sn^2)
 *
 * over four levels of a steerable pyramid, the bands of two of its six orientations, blocks of 3x3 coefficients and the
 * eigenvalues L_j of their covariance. s is the local energy of the reference's block, u' C^-1 u / 9; g and sv^2 are the
 * slope and the residual of the regression of the result on the reference in a window of 17, 9, 5, 3 coefficients (from
 * the finest level); sn^2 = 0.4. Beyond the border the picture is mirrored. Blocks whose window leaves the band are left out.
 */
import { defineMetric, type Images, type Metric } from './metric.js';
import { padPlane } from './plane-filter.js';
import { measurePlanes, type Plane, type PlaneOptions } from './planes.js';
import { firstLowPass, horizontalBand, lowPass, type SquareFilter, verticalBand } from './sp5-filters.js';
import { symmetricEigen } from './symmetric-eigen.js';

export type VifOptions = PlaneOptions;

/** vifvec.m: blocks of 3x3, noise of the eye 0.4, windows of 2^level + 1 coefficients. */
const BLOCK = 3;
const SIGMA_NOISE = 0.4;
const windows = [17, 9, 5, 3];

/** vifsub_est_M.m: energies below count as zero. */
const TOLERANCE = 1e-15;

/** The coarsest band of 65 pixels has 9, three blocks, of which the middle one counts. */
const leastSize = 65;

/**
 * Visual information fidelity in the wavelet domain, computed in doubles; higher is better, identical pictures give 1.
 *
 * A result with more contrast than its reference can exceed 1. Not symmetric.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of the same sizes, at least 65 x 65 after the crop
 * @param options `channel` is `grey` by default, not rounded
 * @returns one value a picture
 * @throws `picture/size` if sizes differ or are too small, `metrics/pairs` if the counts differ, `metrics/option`,
 *   `metrics/reference`, `picture/range` on request
 *
 * Source: Sheikh, Bovik: Image information and visual quality, IEEE TIP 15(2), 2006; the authors' vifvec.m.
 *
 * @example
 * const [fidelity] = await vif(result, reference);
 */
export const vif: Metric<VifOptions> = /* @__PURE__ */ defineMetric(computeVif, {
  name: 'vif',
  direction: 'higher',
  range: [0, Number.POSITIVE_INFINITY],
  mode: 'full-reference',
  differentiable: false,
  reference: 'Sheikh, Bovik: Image information and visual quality, IEEE TIP 15(2), 2006 (vifvec.m)',
});

function computeVif(result: Images, reference: Images, options: VifOptions = {}): Promise<Float64Array> {
  const planes = { channel: 'grey', roundLuma: false, ...options } as const;
  return measurePlanes(result, reference, planes, { what: 'vif', leastSize }, fidelity);
}

/** Smaller than any information; two pictures without any are equal. */
const tiny = 1e-10;

function fidelity(result: Plane, reference: Plane): number {
  let [x, y] = [filtered(result, firstLowPass, 1), filtered(reference, firstLowPass, 1)];
  let [kept, whole] = [0, 0];
  for (const [level, window] of windows.entries()) {
    if (level > 0) [x, y] = [filtered(x, lowPass, 2), filtered(y, lowPass, 2)];
    for (const band of [horizontalBand, verticalBand]) {
      const information = informationOf(filtered(x, band, 1), filtered(y, band, 1), window);
      kept += information.kept;
      whole += information.whole;
    }
  }
  return (kept + tiny) / (whole + tiny);
}

/** The information of one band. */
function informationOf(x: Plane, y: Plane, window: number): { kept: number; whole: number } {
  const columns = Math.floor(y.width / BLOCK);
  const rows = Math.floor(y.height / BLOCK);
  const { values, vectors } = symmetricEigen(blockCovariance(y, columns * BLOCK, rows * BLOCK), BLOCK ** 2);
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  // Directions without energy have no inverse and no information.
  const used = [...values.keys()].filter(k => values[k]! > Number.EPSILON * BLOCK ** 2 * greatest);
  const margin = Math.ceil((window - 1) / 2 / BLOCK);
  let [kept, whole] = [0, 0];
  for (let row = margin; row < rows - margin; row++) {
    for (let column = margin; column < columns - margin; column++) {
      const { gain, noise } = regression(x, y, row * BLOCK + 1, column * BLOCK + 1, window);
      const block = blockAt(y, row * BLOCK, column * BLOCK);
      let energy = 0;
      for (const k of used) energy += dot(vectors, k * block.length, block) ** 2 / values[k]!;
      energy /= block.length;
      for (const k of used) {
        whole += Math.log(1 + (energy * values[k]!) / SIGMA_NOISE);
        kept += Math.log(1 + (gain * gain * energy * values[k]!) / (noise + SIGMA_NOISE));
      }
    }
  }
  return { kept, whole };
}

/** How a window of the result follows from that of the reference: result = gain x reference + noise (its variance). */
function regression(x: Plane, y: Plane, row: number, column: number, window: number): { gain: number; noise: number } {
  const half = (window - 1) / 2;
  const count = window * window;
  let [sumX, sumY, squaresX, squaresY, products] = [0, 0, 0, 0, 0];
  for (let i = row - half; i <= row + half; i++) {
    for (let j = column - half, at = i * y.width + j; j <= column + half; j++, at++) {
      const [a, b] = [x.data[at]!, y.data[at]!];
      sumX += a;
      sumY += b;
      squaresX += a * a;
      squaresY += b * b;
      products += a * b;
    }
  }
  const energyX = Math.max(0, squaresX - (sumX * sumX) / count);
  const energyY = Math.max(0, squaresY - (sumY * sumY) / count);
  const covariance = products - (sumX * sumY) / count;
  if (energyX < TOLERANCE) return { gain: 0, noise: TOLERANCE };
  const gain = covariance / (energyY + TOLERANCE);
  if (energyY < TOLERANCE || gain < 0) return { gain: 0, noise: Math.max(TOLERANCE, energyX) };
  return { gain, noise: Math.max(TOLERANCE, (energyX - gain * covariance) / count) };
}

/** Of all blocks in the first `width` x `height` coefficients, overlapping. */
function blockCovariance(band: Plane, width: number, height: number): Float64Array {
  const size = BLOCK ** 2;
  const sums = new Float64Array(size);
  const products = new Float64Array(size * size);
  let count = 0;
  for (let y = 0; y <= height - BLOCK; y++) {
    for (let x = 0; x <= width - BLOCK; x++, count++) {
      const block = blockAt(band, y, x);
      for (let i = 0; i < size; i++) {
        sums[i]! += block[i]!;
        for (let j = 0; j <= i; j++) products[i * size + j]! += block[i]! * block[j]!;
      }
    }
  }
  const covariance = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = products[i * size + j]! / count - (sums[i]! / count) * (sums[j]! / count);
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  }
  return covariance;
}

const blockValues = new Float64Array(BLOCK ** 2);

/** The values of a block, row by row; valid until the next call. */
function blockAt({ data, width }: Plane, y: number, x: number): Float64Array {
  for (let i = 0; i < BLOCK; i++) {
    for (let j = 0; j < BLOCK; j++) blockValues[i * BLOCK + j] = data[(y + i) * width + x + j]!;
  }
  return blockValues;
}

function dot(vectors: Float64Array, from: number, block: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < block.length; i++) sum += vectors[from + i]! * block[i]!;
  return sum;
}

/** Correlated with a filter, at every `step`-th pixel from the first. */
function filtered(plane: Plane, { size, weights }: SquareFilter, step: number): Plane {
  const padded = padPlane(plane, (size - 1) / 2, 'reflect');
  const width = Math.ceil(plane.width / step);
  const height = Math.ceil(plane.height / step);
  const out = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = out.subarray(y * width, (y + 1) * width);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const weight = weights[i * size + j]!;
        if (weight === 0) continue;
        const from = (y * step + i) * padded.width + j;
        for (let x = 0; x < width; x++) row[x]! += weight * padded.data[from + x * step]!;
      }
    }
  }
  return { data: out, width, height };
}
