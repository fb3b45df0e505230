/**
 * Peak signal-to-noise ratio: PSNR = 10 log10(255^2 / MSE), MSE over all pixels and channels of a picture.
 *
 * Tables average the decibels of the pictures, not their errors.
 */
import { defineMetric, type Images, type Metric } from './metric.js';
import { measurePlanes, type Plane, type PlaneOptions } from './planes.js';

export type PsnrOptions = PlaneOptions;

/**
 * Peak signal-to-noise ratio in decibels, in doubles; higher is better, identical pictures give Infinity.
 *
 * The convention of most super-resolution tables is `{ channel: 'y', cropBorder: scale }` on 8-bit pictures (luma as in
 * MATLAB, rounded); BasicSR's tables are `{ channel: 'rgb', cropBorder: 4 }`, EDSR's `{ channel: 'y', roundLuma: false }`.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of the same sizes
 * @returns one value a picture
 * @throws `picture/size` if sizes differ or nothing is left after the crop, `metrics/pairs` if the counts differ,
 *   `metrics/option`
 * @example
 * const [decibels] = await psnr(result, reference, { channel: 'y', cropBorder: 4 });
 */
export const psnr: Metric<PsnrOptions> = /* @__PURE__ */ defineMetric(computePsnr, {
  name: 'psnr',
  direction: 'higher',
  range: [0, Number.POSITIVE_INFINITY],
  mode: 'full-reference',
  differentiable: false,
  reference: 'ITU-T J.340; conventions of MATLAB psnr and rgb2ycbcr',
});

async function computePsnr(result: Images, reference: Images, options: PsnrOptions = {}): Promise<Float64Array> {
  const errors = await measurePlanes(result, reference, options, { what: 'psnr', leastSize: 1 }, meanSquaredError);
  return errors.map(error => 10 * Math.log10(255 ** 2 / error));
}

function meanSquaredError({ data: a }: Plane, { data: b }: Plane): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum / a.length;
}
