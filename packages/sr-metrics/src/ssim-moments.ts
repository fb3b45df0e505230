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
  sumOfRow: (moments: Doubles) => number,
  { padding = 0 }: { padding?: number } = {},
): number {
  const width = a.width + 2 * padding;
  const height = a.height + 2 * padding;
  const outWidth = width - 2 * RADIUS;
  const window = ssimWindow();
  const values = doubles(MOMENTS * width);
  const moments = doubles(MOMENTS * outWidth);
  const rows = doubles(SIZE * moments.length);
  const eachRow = Array.from({ length: SIZE }, (_, k) => k * moments.length);
  const neighbours = Array.from({ length: SIZE }, (_, k) => k * MOMENTS);
  let sum = 0;
  for (let y = 0; y < height; y++) {
    readMoments(a, b, y - padding, padding, values);
    // The oldest row makes room for this one.
    const oldest = eachRow.shift()!;
    eachRow.push(oldest);
    applyWindow(values, neighbours, window, { out: rows, from: oldest, count: moments.length });
    if (y < SIZE - 1) continue;
    applyWindow(rows, eachRow, window, { out: moments, from: 0, count: moments.length });
    sum += sumOfRow(moments);
  }
  return sum / (outWidth * (height - 2 * RADIUS));
}

/** a, b, a^2 + b^2 and a b, interleaved. */
const MOMENTS = 4;

/**
 * Plain arrays, not Float64Array: once any ArrayBuffer has been detached (WebAssembly memory that grows is enough), V8
 * looks at each access to a typed array whether its buffer still is there, and the sums here take 1.6 times as long.
 */
type Doubles = number[];

/** Not zero at first, since V8 keeps arrays of small integers differently. */
const doubles = (length: number): Doubles => Array.from({ length }, () => 0.5);

/** Row `y` between `padding` zeros to each side; rows outside the picture are zero. */
function readMoments(a: Plane, b: Plane, y: number, padding: number, out: Doubles): void {
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

/**
 * Weighted sums of the values at eleven offsets; the window is symmetric. Written out over one array, since a loop over
 * the offsets takes longer, and eleven arrays a third longer.
 */
function applyWindow(
  values: Doubles,
  offsets: readonly number[],
  window: Float64Array,
  { out, from, count }: { out: Doubles; from: number; count: number },
): void {
  const [o0, o1, o2, o3, o4, o5, o6, o7, o8, o9, o10] = offsets as Eleven;
  const [w0, w1, w2, w3, w4, w5] = window as unknown as [number, number, number, number, number, number];
  for (let i = 0; i < count; i++) {
    out[from + i] =
      w0 * (values[o0 + i]! + values[o10 + i]!) +
      w1 * (values[o1 + i]! + values[o9 + i]!) +
      w2 * (values[o2 + i]! + values[o8 + i]!) +
      w3 * (values[o3 + i]! + values[o7 + i]!) +
      w4 * (values[o4 + i]! + values[o6 + i]!) +
      w5 * values[o5 + i]!;
  }
}

type Eleven = [number, number, number, number, number, number, number, number, number, number, number];

/** Of moments under the window: SSIM. */
export function sumOfSsim(moments: readonly number[]): number {
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
export function sumOfContrast(moments: readonly number[]): number {
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
  const rows = Uint32Array.from({ length: outHeight * f }, (_, i) => mirror(i - before, height) * width);
  const columns = Uint32Array.from({ length: outWidth * f }, (_, i) => mirror(i - before, width));
  const out = new Float64Array(outWidth * outHeight);
  const sums = new Float64Array(width);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(0);
    for (let dy = 0; dy < f; dy++) {
      const row = rows[y * f + dy]!;
      for (let x = 0; x < width; x++) sums[x]! += data[row + x]!;
    }
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let i = x * f; i < (x + 1) * f; i++) sum += sums[columns[i]!]!;
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
