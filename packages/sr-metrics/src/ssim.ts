/**
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13(4), 2004), two-factor form:
 *
 *   SSIM = (2 mx my + C1) (2 sxy + C2) / ((mx^2 + my^2 + C1) (sx^2 + sy^2 + C2)),  C1 = (0.01 L)^2, C2 = (0.03 L)^2
 *
 * with means, variances and covariance under a Gaussian window of 11x11 and deviation 1.5; the value of a picture is the
 * mean over all positions of the window and over the channels.
 */
import { type DifferentiableMetric, type DistanceMap, defineMetric, type Images } from './metric.js';
import { measurePlanes, type PlaneOptions } from './planes.js';
import { RADIUS, SIZE } from './ssim-constants.js';
import { boxDownsampleInDoubles, meansOverWindows, measureInDoubles } from './ssim-doubles.js';
import { type SsimLossOptions, ssimLoss } from './ssim-loss.js';
import { ssimMap } from './ssim-map.js';
import { boxDownsample, meanOverWindows, sumOfSsim } from './ssim-moments.js';

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

export interface Ssim extends DifferentiableMetric<SsimOptions, SsimLossOptions> {
  /**
   * The similarity at every pixel (1: equal), the mean over the channels; next to the border, where no window fits, that of
   * the nearest pixel that has one. The mean of the rest is the plain SSIM.
   */
  map(result: Images, reference: Images, options?: PlaneOptions): Promise<DistanceMap[]>;
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
export const ssim: Ssim = /* @__PURE__ */ defineMetric(computeSsim, {
  name: 'ssim',
  direction: 'higher',
  range: [-1, 1],
  mode: 'full-reference',
  differentiable: true,
  reference: 'Wang, Bovik, Sheikh, Simoncelli: Image quality assessment, IEEE TIP 13(4), 2004',
  loss: ssimLoss,
  map: ssimMap,
});

async function computeSsim(result: Images, reference: Images, options: SsimOptions = {}): Promise<Float64Array> {
  const preset = options.preset ?? 'plain';
  const padding = preset === 'zero-padded' ? RADIUS : 0;
  const leastSize = preset === 'zero-padded' ? 1 : SIZE;
  const factorOf = (height: number, width: number): number =>
    preset === 'downsample' ? Math.max(1, Math.round(Math.min(height, width) / 256)) : 1;
  const native = measureInDoubles(result, reference, options, leastSize, (doubles, a, b) => {
    const factor = factorOf(a.shape[0]!, a.shape[1]!);
    const [x, y] = factor > 1 ? [a, b].map(each => boxDownsampleInDoubles(doubles, each, factor)) : [a, b];
    return meansOverWindows(doubles, x!, y!, 'ssim', { padding });
  });
  if (native !== undefined) return native;
  return measurePlanes(result, reference, options, { what: 'ssim', leastSize }, (a, b) => {
    const factor = factorOf(a.height, a.width);
    if (factor > 1) return meanOverWindows(boxDownsample(a, factor), boxDownsample(b, factor), sumOfSsim);
    return meanOverWindows(a, b, sumOfSsim, { padding });
  });
}
