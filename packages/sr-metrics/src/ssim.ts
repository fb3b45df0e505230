/**
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13(4), 2004), two-factor form:
 *
 *   SSIM = (2 mx my + C1) (2 sxy + C2) / ((mx^2 + my^2 + C1) (sx^2 + sy^2 + C2)),  C1 = (0.01 L)^2, C2 = (0.03 L)^2
 *
 * with means, variances and covariance under a Gaussian window of 11x11 and deviation 1.5; the value of a picture is the
 * mean over all positions of the window and over the channels.
 */
import { type DifferentiableMetric, defineMetric, type Images } from './metric.js';
import { measurePlanes, type Plane, type PlaneOptions } from './planes.js';
import { C1, C2, RADIUS, SIZE, ssimWindow } from './ssim-constants.js';
import { type SsimLossOptions, ssimLoss } from './ssim-loss.js';

export interface SsimOptions extends PlaneOptions {
  /**
   * - `plain` (default): the window stays inside the picture;
   * - `downsample`: first, the mean of f x f pixels at every f-th, f = max(1, round(min(height, width) / 256)), as in the
   *   authors' ssim.m of 2009, in the tables of SPSR, and in piq;
   * - `zero-padded`: the picture is surrounded by zeros and has as many positions as pixels, as in the widespread
   *   pytorch_ssim.
   */
  preset?: 'plain' | 'downsample' | 'zero-padded';
}

/**
 * Structural similarity, computed in doubles; higher is better, identical pictures give 1.
 *
 * The convention of most super-resolution tables is `{ channel: 'y', cropBorder: scale }` on 8-bit pictures.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of the same sizes, at least 11 x 11 after the crop (`zero-padded`: any)
 * @returns one value a picture
 * @throws `picture/size` if sizes differ or are too small, `metrics/pairs` if the counts differ, `metrics/option`
 * @example
 * const [similarity] = await ssim(result, reference, { channel: 'y', cropBorder: 4 });
 */
export const ssim: DifferentiableMetric<SsimOptions, SsimLossOptions> = /* @__PURE__ */ defineMetric(computeSsim, {
  name: 'ssim',
  direction: 'higher',
  range: [-1, 1],
  mode: 'full-reference',
  differentiable: true,
  reference: 'Wang, Bovik, Sheikh, Simoncelli: Image quality assessment, IEEE TIP 13(4), 2004',
  loss: ssimLoss,
});

function computeSsim(result: Images, reference: Images, options: SsimOptions = {}): Promise<Float64Array> {
  const preset = options.preset ?? 'plain';
  const leastSize = preset === 'zero-padded' ? 1 : SIZE;
  return measurePlanes(result, reference, options, { what: 'ssim', leastSize }, (a, b) => {
    const factor = preset === 'downsample' ? Math.max(1, Math.round(Math.min(a.width, a.height) / 256)) : 1;
    if (factor > 1) return meanSsim(boxDownsample(a, factor), boxDownsample(b, factor), 0);
    return meanSsim(a, b, preset === 'zero-padded' ? RADIUS : 0);
  });
}

/**
 * The mean over all positions of the window, row by row: eleven rows of horizontally filtered moments are all that is
 * kept of a picture.
 */
function meanSsim(a: Plane, b: Plane, padding: number): number {
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

function sumOfRow(moments: Float64Array): number {
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

/** MATLAB's `imfilter(plane, ones(f) / f^2, 'symmetric')` at every f-th pixel: the window's centre is floor((f + 1) / 2). */
function boxDownsample({ data, width, height }: Plane, f: number): Plane {
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
