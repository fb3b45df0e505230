/**
 * Multi-scale structural similarity (Wang, Simoncelli, Bovik, Asilomar 2003):
 *
 *   MS-SSIM = SSIM_5^w5 c_1^w1 c_2^w2 c_3^w3 c_4^w4,  w = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333
 *
 * where c_s is the mean of the contrast and structure comparison and SSIM_5 the mean SSIM, each after s - 1 halvings by
 * the mean of 2x2 pixels. A mean below zero counts as zero.
 */
import type { NativeDoubles, NativeHandle } from 'sr-tensor';
import { type DifferentiableMetric, defineMetric, type Images } from './metric.js';
import { leastMsSsimSize, msSsimWeights } from './ms-ssim-constants.js';
import { type MsSsimLossOptions, msSsimLoss } from './ms-ssim-loss.js';
import { measurePlanes, type Plane, type PlaneOptions } from './planes.js';
import { boxDownsampleInDoubles, meanOfBoxes, meansOverWindows, measureInDoubles } from './ssim-doubles.js';
import { boxDownsample, meanOverWindows, sumOfContrast, sumOfSsim } from './ssim-moments.js';

export interface MsSsimOptions extends PlaneOptions {
  /**
   * What halving does with odd sizes, the only difference between the two:
   * - `matlab` (default): rounds up, the last row or column mirrored, as in the authors' msssim.m;
   * - `piq`: where the height or the width is odd, both get their first row and column twice; then rounds down.
   */
  preset?: 'matlab' | 'piq';
}

/**
 * Multi-scale structural similarity, computed in doubles; higher is better, identical pictures give 1.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of the same sizes, at least 161 x 161 after the crop
 * @param options `channel` is `rgb` by default: the mean over the channels
 * @returns one value a picture
 * @throws `picture/size` if sizes differ or are too small, `metrics/pairs` if the counts differ, `metrics/option`,
 *   `metrics/reference`, `picture/range` on request
 *
 * Source: Wang, Simoncelli, Bovik: Multi-scale structural similarity for image quality assessment, Asilomar 2003;
 * the authors' msssim.m; piq 0.8.0 `multi_scale_ssim`.
 *
 * @example
 * const [similarity] = await msSsim(result, reference, { channel: 'y' });
 */
export const msSsim: DifferentiableMetric<MsSsimOptions, MsSsimLossOptions> = /* @__PURE__ */ defineMetric(
  computeMsSsim,
  {
    name: 'ms-ssim',
    direction: 'higher',
    range: [0, 1],
    mode: 'full-reference',
    differentiable: true,
    reference: 'Wang, Simoncelli, Bovik: Multi-scale structural similarity, Asilomar 2003',
    loss: msSsimLoss,
  },
);

async function computeMsSsim(result: Images, reference: Images, options: MsSsimOptions = {}): Promise<Float64Array> {
  const isPiq = options.preset === 'piq';
  const halve = isPiq ? halveAsPiq : (plane: Plane) => boxDownsample(plane, 2);
  const native = measureInDoubles(result, reference, options, leastMsSsimSize, (doubles, first, second) => {
    const halveHandle = isPiq ? halveAsPiqInDoubles : boxDownsampleInDoubles;
    let [a, b] = [first, second];
    const products = new Float64Array(first.shape[2]!).fill(1);
    for (const [scale, weight] of msSsimWeights.entries()) {
      if (scale > 0) [a, b] = [halveHandle(doubles, a, 2), halveHandle(doubles, b, 2)];
      const means = meansOverWindows(doubles, a, b, isLast(scale) ? 'ssim' : 'contrast');
      for (const [c, mean] of means.entries()) products[c]! *= Math.max(0, mean) ** weight;
    }
    return products;
  });
  if (native !== undefined) return native;
  return measurePlanes(result, reference, options, { what: 'msSsim', leastSize: leastMsSsimSize }, (first, second) => {
    let [a, b] = [first, second];
    let product = 1;
    for (const [scale, weight] of msSsimWeights.entries()) {
      if (scale > 0) [a, b] = [halve(a), halve(b)];
      product *= Math.max(0, meanOverWindows(a, b, isLast(scale) ? sumOfSsim : sumOfContrast)) ** weight;
    }
    return product;
  });
}

function isLast(scale: number): boolean {
  return scale === msSsimWeights.length - 1;
}

function halveAsPiqInDoubles(doubles: NativeDoubles, x: NativeHandle): NativeHandle {
  const before = Math.max(x.shape[0]! % 2, x.shape[1]! % 2);
  const size = [Math.floor((x.shape[0]! + before) / 2), Math.floor((x.shape[1]! + before) / 2)] as const;
  return meanOfBoxes(doubles, x, 2, { before, size });
}

function halveAsPiq({ data, width, height }: Plane): Plane {
  const padding = Math.max(width % 2, height % 2);
  const outWidth = Math.floor((width + padding) / 2);
  const outHeight = Math.floor((height + padding) / 2);
  const at = (y: number, x: number): number => data[Math.max(0, y) * width + Math.max(0, x)]!;
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0, i = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, i++) {
      const [top, left] = [2 * y - padding, 2 * x - padding];
      out[i] = (at(top, left) + at(top, left + 1) + at(top + 1, left) + at(top + 1, left + 1)) / 4;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}
