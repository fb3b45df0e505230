/**
 * Blind/referenceless image spatial quality evaluator (Mittal, Moorthy, Bovik, IEEE TIP 21(12), 2012): a regression with
 * Gaussian kernels on 36 features,
 *
 *   BRISQUE = sum_i c_i exp(-gamma |f - v_i|^2) - rho,
 *
 * trained by the authors on human scores. The features are 18 at full size and 18 at half (bicubic): shape and variance
 * of the normalised values, and of their products with four neighbours the shape, mean, and variances to both sides;
 * each is moved to [-1, 1] by its range in the training set.
 */
import { SrError } from 'sr-tensor';
import { brisqueRanges } from './brisque-ranges.js';
import { defineNoReferenceMetric, type NoReferenceMetric } from './metric.js';
import {
  fitAsymmetric,
  fitSymmetric,
  gammas,
  halveBicubic,
  normalizeLocally,
  sumBlock,
  type WindowPrecision,
} from './natural-statistics.js';
import { measureEachPlane, type Plane, type PlaneOptions } from './planes.js';

/** The regression, as libsvm stores it. */
export interface BrisqueParameters {
  readonly gamma: number;
  readonly rho: number;
  /** One a support vector. */
  readonly coefficients: Float64Array;
  /** The support vectors, 36 values each. */
  readonly vectors: Float64Array;
  /** Least and greatest value of each feature in the training set. Default the authors'. */
  readonly ranges?: readonly (readonly [number, number])[];
}

export interface BrisqueOptions extends PlaneOptions {
  /**
   * - `standard` (default): in double precision, as the authors' program;
   * - `pyiqa`: local means in single precision, as in pyiqa. Only flat areas show it.
   */
  preset?: 'standard' | 'pyiqa';
}

export const featureCount = 36;

/** The neighbours that values are multiplied with, (down, right): `brisque_feature.m`. */
const shifts = [
  [0, 1],
  [1, 0],
  [1, 1],
  [-1, 1],
] as const;

/**
 * BRISQUE with a given regression; lower is better, about 0 to 100. `loadBrisque` takes the authors'.
 *
 * The default `channel` is `grey`, as MATLAB's `rgb2gray` gives it. A picture of one colour gives NaN. The `brisque` that
 * is built into MATLAB is another model.
 *
 * @param options.parameters from `readBrisqueParameters`
 * @returns a metric of one picture, several, or a batch
 * @throws `metrics/parameters` for parameters that do not fit each other
 *
 * Source: Mittal, Moorthy, Bovik: No-reference image quality assessment in the spatial domain, IEEE TIP 21(12), 2012; the
 * authors' BRISQUE_release.
 *
 * @example
 * const quality = brisque({ parameters: readBrisqueParameters(await readFile('allmodel', 'utf8')) });
 * const [score] = await quality(result);
 */
export function brisque({ parameters }: { parameters: BrisqueParameters }): NoReferenceMetric<BrisqueOptions> {
  checkParameters(parameters);
  return defineNoReferenceMetric(
    (result, { preset, ...options }: BrisqueOptions = {}) => {
      const precision = preset === 'pyiqa' ? 'single' : 'double';
      return measureEachPlane(result, { channel: 'grey', ...options }, { what: 'brisque', leastSize: 8 }, plane =>
        regress(brisqueFeatures(plane, precision), parameters),
      );
    },
    {
      name: 'brisque',
      direction: 'lower',
      range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      differentiable: false,
      reference:
        'Mittal, Moorthy, Bovik: No-reference image quality assessment in the spatial domain, IEEE TIP 21(12), 2012',
    },
  );
}

/** The 36 features of a plane, before they are moved to [-1, 1]. */
export function brisqueFeatures(plane: Plane, precision: WindowPrecision = 'double'): Float64Array {
  return Float64Array.of(...scaleFeatures(plane, precision), ...scaleFeatures(halveBicubic(plane), precision));
}

function scaleFeatures(plane: Plane, precision: WindowPrecision): number[] {
  const { coefficients } = normalizeLocally(plane, 'zero', precision);
  const block = { left: 0, top: 0, width: plane.width, height: plane.height };
  const own = fitSymmetric(sumBlock(coefficients, block));
  const features = [own.shape, own.variance];
  for (const shift of shifts) {
    const { shape, left, right } = fitAsymmetric(sumBlock(coefficients, block, shift));
    const { one, two, three } = gammas(shape);
    features.push(shape, ((right - left) * two) / Math.sqrt(one * three), left ** 2, right ** 2);
  }
  return features;
}

function regress(
  features: Float64Array,
  { gamma, rho, coefficients, vectors, ranges = brisqueRanges }: BrisqueParameters,
): number {
  const scaled = features.map((value, i) => -1 + (2 * (value - ranges[i]![0])) / (ranges[i]![1] - ranges[i]![0]));
  let sum = 0;
  for (const [k, coefficient] of coefficients.entries()) {
    let square = 0;
    for (let i = 0; i < featureCount; i++) square += (scaled[i]! - vectors[k * featureCount + i]!) ** 2;
    sum += coefficient * Math.exp(-gamma * square);
  }
  return sum - rho;
}

function checkParameters({ coefficients, vectors, ranges = brisqueRanges }: BrisqueParameters): void {
  if (vectors.length === coefficients.length * featureCount && ranges.length === featureCount) return;
  throw new SrError({
    code: 'metrics/parameters',
    message: `brisque: expected ${featureCount} ranges and ${featureCount} values a support vector, received ${ranges.length} ranges and ${vectors.length} values for ${coefficients.length} vectors. Take them from readBrisqueParameters.`,
  });
}
