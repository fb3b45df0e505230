/**
 * Gradient magnitude similarity deviation (Xue, Zhang, Mou, Bovik, IEEE TIP 23(2), 2014):
 *
 *   GMS = (2 mx my + c) / (mx^2 + my^2 + c),  c = 170 for values from 0 to 255;  GMSD = the standard deviation of GMS
 *
 * with the magnitudes m of Prewitt gradients after one halving by the mean of 2x2 pixels; beyond the border lie zeros.
 * The deviation is over all N positions (sqrt of the mean square, as in the paper and piq; the authors' GMSD.m divides
 * by N - 1).
 */
import { GMSD_CONSTANT } from './gmsd-constants.js';
import { gmsdLoss } from './gmsd-loss.js';
import { type DifferentiableMetric, defineMetric, type Images } from './metric.js';
import { measurePlanes, type Plane, type PlaneOptions } from './planes.js';

export type GmsdOptions = PlaneOptions;

/**
 * Gradient magnitude similarity deviation, computed in doubles; lower is better, identical pictures give 0.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of the same sizes
 * @param options `channel` is `grey` by default, not rounded
 * @returns one value a picture
 * @throws `picture/size` if sizes differ, `metrics/pairs` if the counts differ, `metrics/option`, `metrics/reference`,
 *   `picture/range` on request
 *
 * Source: Xue, Zhang, Mou, Bovik: Gradient magnitude similarity deviation, IEEE TIP 23(2), 2014; piq 0.8.0 `gmsd`.
 *
 * @example
 * const [deviation] = await gmsd(result, reference);
 */
export const gmsd: DifferentiableMetric<GmsdOptions> = /* @__PURE__ */ defineMetric(computeGmsd, {
  name: 'gmsd',
  direction: 'lower',
  // GMS lies in (0, 1]; half of them at either end deviate most.
  range: [0, 0.5],
  mode: 'full-reference',
  differentiable: true,
  reference: 'Xue, Zhang, Mou, Bovik: Gradient magnitude similarity deviation, IEEE TIP 23(2), 2014',
  loss: gmsdLoss,
});

function computeGmsd(result: Images, reference: Images, options: GmsdOptions = {}): Promise<Float64Array> {
  const planes = { channel: 'grey', roundLuma: false, ...options } as const;
  return measurePlanes(result, reference, planes, { what: 'gmsd', leastSize: 1 }, deviation);
}

function deviation(a: Plane, b: Plane): number {
  const [x, y] = [magnitudes(halve(a)), magnitudes(halve(b))];
  const similarity = x.map((value, i) => similarityOf(value, y[i]!));
  const mean = similarity.reduce((sum, value) => sum + value, 0) / similarity.length;
  return Math.sqrt(similarity.reduce((sum, value) => sum + (value - mean) ** 2, 0) / similarity.length);
}

function similarityOf(x: number, y: number): number {
  return (2 * x * y + GMSD_CONSTANT) / (x * x + y * y + GMSD_CONSTANT);
}

/** The mean of 2x2 pixels, sizes rounded up. */
function halve({ data, width, height }: Plane): Plane {
  const outWidth = Math.ceil(width / 2);
  const outHeight = Math.ceil(height / 2);
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[(y >> 1) * outWidth + (x >> 1)]! += data[y * width + x]! / 4;
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** Of Prewitt's gradients, a third of the sums of three differences. */
function magnitudes({ data, width, height }: Plane): Float64Array {
  const at = (y: number, x: number): number => (y >= 0 && y < height && x >= 0 && x < width ? data[y * width + x]! : 0);
  const out = new Float64Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let [horizontal, vertical] = [0, 0];
      for (let k = -1; k <= 1; k++) {
        horizontal += at(y + k, x + 1) - at(y + k, x - 1);
        vertical += at(y + 1, x + k) - at(y - 1, x + k);
      }
      out[i] = Math.sqrt(horizontal ** 2 + vertical ** 2) / 3;
    }
  }
  return out;
}
