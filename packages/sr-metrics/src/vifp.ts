/**
 * Visual information fidelity in the pixel domain (Sheikh and Bovik, IEEE TIP 15(2), 2006; the authors' vifp_mscale.m):
 *
 *   VIFp = sum log(1 + g^2 sy^2 / (sv^2 + sn^2)) / sum log(1 + sy^2 / sn^2),  g = sxy / sy^2,  sv^2 = sx^2 - g sxy
 *
 * over all positions of a Gaussian window and four scales, x the result, y the reference, sn^2 = 2 for values from 0 to
 * 255: what the result tells about the scene by what the reference does. The windows have 17, 9, 5 and 3 pixels and a
 * fifth of that as deviation; each but the first also halves the pictures before its scale.
 */
import { gaussianKernel } from 'sr-tensor';
import { type DifferentiableMetric, defineMetric, type Images } from './metric.js';
import { everySecond, filterInside, multiplyPlanes } from './plane-filter.js';
import { measurePlanes, type Plane, type PlaneOptions } from './planes.js';
import { EPSILON, leastVifpSize, SIGMA_NOISE, vifpWindows } from './vifp-constants.js';
import { vifpLoss } from './vifp-loss.js';

export interface VifpOptions extends PlaneOptions {
  /**
   * - `standard` (default): the information that the result keeps of the reference;
   * - `akella`: the two arguments change places, which comes closest to the VIF column of Akella et al. for bicubic
   *   enlargement (.442 and .375 on Set5 and Set14; printed: .443 and .380). Not for ranking.
   */
  preset?: 'standard' | 'akella';
}

/**
 * Visual information fidelity in the pixel domain, computed in doubles; higher is better, identical pictures give 1.
 *
 * A result with more contrast than its reference can exceed 1. Not symmetric.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of the same sizes, at least 41 x 41 after the crop
 * @param options `channel` is `grey` by default, not rounded
 * @returns one value a picture
 * @throws `picture/size` if sizes differ or are too small, `metrics/pairs` if the counts differ, `metrics/option`,
 *   `metrics/reference`, `picture/range` on request
 *
 * Source: Sheikh, Bovik: Image information and visual quality, IEEE TIP 15(2), 2006; the authors' vifp_mscale.m; piq
 * 0.8.0 `vif_p`, whose guard against division by zero (1e-8) is taken.
 *
 * @example
 * const [fidelity] = await vifp(result, reference);
 */
export const vifp: DifferentiableMetric<VifpOptions> = /* @__PURE__ */ defineMetric(computeVifp, {
  name: 'vifp',
  direction: 'higher',
  range: [0, Number.POSITIVE_INFINITY],
  mode: 'full-reference',
  differentiable: true,
  reference: 'Sheikh, Bovik: Image information and visual quality, IEEE TIP 15(2), 2006 (vifp_mscale.m)',
  loss: vifpLoss,
});

function computeVifp(result: Images, reference: Images, options: VifpOptions = {}): Promise<Float64Array> {
  const { preset = 'standard', ...planes } = options;
  const demands = { what: 'vifp', leastSize: leastVifpSize };
  return measurePlanes(result, reference, { channel: 'grey', roundLuma: false, ...planes }, demands, (a, b) =>
    preset === 'akella' ? fidelity(b, a) : fidelity(a, b),
  );
}

function fidelity(result: Plane, reference: Plane): number {
  let [x, y] = [result, reference];
  let [kept, whole] = [0, 0];
  for (const [scale, { size, sigma }] of vifpWindows.entries()) {
    const kernel = gaussianKernel({ size, sigma });
    if (scale > 0) [x, y] = [everySecond(filterInside(x, kernel)), everySecond(filterInside(y, kernel))];
    const [meanX, meanY] = [filterInside(x, kernel).data, filterInside(y, kernel).data];
    const squaresX = filterInside(multiplyPlanes(x, x), kernel).data;
    const squaresY = filterInside(multiplyPlanes(y, y), kernel).data;
    const products = filterInside(multiplyPlanes(x, y), kernel).data;
    for (let i = 0; i < products.length; i++) {
      const varianceX = Math.max(0, squaresX[i]! - meanX[i]! ** 2);
      const varianceY = Math.max(0, squaresY[i]! - meanY[i]! ** 2);
      // A flat reference has no information, a flat result keeps none.
      if (varianceY < EPSILON) continue;
      whole += Math.log(1 + varianceY / SIGMA_NOISE);
      if (varianceX < EPSILON) continue;
      const covariance = products[i]! - meanX[i]! * meanY[i]!;
      const gain = covariance / (varianceY + EPSILON);
      if (gain < 0) continue;
      const noise = Math.max(EPSILON, varianceX - gain * covariance);
      kept += Math.log(1 + (gain ** 2 * varianceY) / (noise + SIGMA_NOISE));
    }
  }
  return (kept / Math.LN10 + EPSILON) / (whole / Math.LN10 + EPSILON);
}
