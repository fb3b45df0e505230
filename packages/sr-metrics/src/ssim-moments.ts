/** Means, variances and covariance under the Gaussian window of SSIM, and what SSIM and MS-SSIM make of them. */
import type { Plane } from './planes.js';
import { C1, C2, RADIUS, SIZE, ssimWindow } from './ssim-constants.js';

/**
 * The mean over all positions of the window, row by row: eleven rows of horizontally filtered moments are all that is
 * kept of a picture.
 *
 * @param sumOfRow adds up the values of a row: `sumOfSsim` or `sumOfContrast`
 * @param options.padding zeros around the pictures; default 0
 */
export function meanOverWindows(
  a: Plane,
  b: Plane,
  sumOfRow: (moments: Float64Array) => number,
  { padding = 0 }: { padding?: number } = {},
): number {
  const width = a.width + 2 * padding;
  const height = a.height + 2 * padding;
  const outWidth = width - 2 * RADIUS;
  const window = ssimWindow();
  const values = new Float64Array(MOMENTS * width);
  const shifted = Array.from({ length: SIZE }, (_, k) => values.subarray(MOMENTS * k, MOMENTS * (k + outWidth)));
  const ring = Array.from({ length: SIZE }, () => new Float64Array(MOMENTS * outWidth));
  const moments = new Float64Array(MOMENTS * outWidth);
  let sum = 0;
  for (let y = 0; y < height; y++) {
    readMoments(a, b, y - padding, padding, values);
    // The oldest row makes room for this one.
    ring.push(ring.shift()!);
    applyWindow(shifted, window, ring.at(-1)!);
    if (y < SIZE - 1) continue;
    applyWindow(ring, window, moments);
    sum += sumOfRow(moments);
  }
  return sum / (outWidth * (height - 2 * RADIUS));
}

/** a, b, a^2 + b^2 and a b, interleaved. */
const MOMENTS = 4;

/** Row `y` between `padding` zeros to each side; rows outside the picture are zero. */
function readMoments(a: Plane, b: Plane, y: number, padding: number, out: Float64Array): void {
  out.fill(0);
  if (y < 0 || y >= a.height) return;
  const start = y * a.width;
  for (let x = 0, to = MOMENTS * padding; x < a.width; x++, to += MOMENTS) {
    const valueA = a.data[start + x]!;
    const valueB = b.data[start + x]!;
    out[to] = valueA;
    out[to + 1] = valueB;
    out[to + 2] = valueA * valueA + valueB * valueB;
    out[to + 3] = valueA * valueB;
  }
}

/** The weighted sum of eleven rows; the window is symmetric. Written out, since a loop over the rows is slower. */
function applyWindow(rows: readonly Float64Array[], window: Float64Array, out: Float64Array): void {
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10] = rows as [Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row];
  const [w0, w1, w2, w3, w4, w5] = window as unknown as [number, number, number, number, number, number];
  for (let i = 0; i < out.length; i++) {
    out[i] =
      w0 * (r0[i]! + r10[i]!) +
      w1 * (r1[i]! + r9[i]!) +
      w2 * (r2[i]! + r8[i]!) +
      w3 * (r3[i]! + r7[i]!) +
      w4 * (r4[i]! + r6[i]!) +
      w5 * r5[i]!;
  }
}

type Row = Float64Array;

/** Of moments under the window: SSIM. */
export function sumOfSsim(moments: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < moments.length; i += MOMENTS) {
    const meanA = moments[i]!;
    const meanB = moments[i + 1]!;
    const product = meanA * meanB;
    const squares = meanA * meanA + meanB * meanB;
    const covariance = moments[i + 3]! - product;
    const variances = moments[i + 2]! - squares;
    sum += ((2 * product + C1) * (2 * covariance + C2)) / ((squares + C1) * (variances + C2));
  }
  return sum;
}

/** The same without its first factor, the comparison of the means: (2 sxy + C2) / (sx^2 + sy^2 + C2). */
export function sumOfContrast(moments: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < moments.length; i += MOMENTS) {
    const meanA = moments[i]!;
    const meanB = moments[i + 1]!;
    const covariance = moments[i + 3]! - meanA * meanB;
    const variances = moments[i + 2]! - (meanA * meanA + meanB * meanB);
    sum += (2 * covariance + C2) / (variances + C2);
  }
  return sum;
}

/** MATLAB's `imfilter(plane, ones(f) / f^2, 'symmetric')` at every f-th pixel: the window's centre is floor((f + 1) / 2). */
export function boxDownsample({ data, width, height }: Plane, f: number): Plane {
  const outWidth = Math.ceil(width / f);
  const outHeight = Math.ceil(height / f);
  const before = Math.floor((f + 1) / 2) - 1;
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let dy = 0; dy < f; dy++) {
        const row = mirror(y * f - before + dy, height) * width;
        for (let dx = 0; dx < f; dx++) sum += data[row + mirror(x * f - before + dx, width)]!;
      }
      out[y * outWidth + x] = sum / (f * f);
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** Reflection with the border pixel repeated. */
function mirror(index: number, size: number): number {
  if (index < 0) return -1 - index;
  return index < size ? index : 2 * size - 1 - index;
}
