/**
 * Natural image quality evaluator (Mittal, Soundararajan, Bovik, IEEE SPL 20(3), 2013):
 *
 *   NIQE = sqrt((m1 - m2)' ((S1 + S2) / 2)^+ (m1 - m2))
 *
 * between two Gaussians of 36 features: m1, S1 of the blocks of pristine pictures, m2, S2 of those of the result.
 * The features describe blocks of 96x96 and, at half the size, of 48x48 pixels; see `niqe-features.ts`.
 */
import { SrError } from 'sr-tensor';
import { defineNoReferenceMetric, type NoReferenceMetric } from './metric.js';
import { type BlockFeatures, defaultBlockSize, featureCount, momentsOf, niqeFeatures } from './niqe-features.js';
import { measureEachPlane, type PlaneOptions } from './planes.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** What pristine pictures look like: mean and covariance of their features. */
export interface NiqeParameters {
  /** 36 values. */
  readonly mean: Float64Array;
  /** 36 x 36 values. */
  readonly covariance: Float64Array;
  /** The side of the blocks that they were fitted to. Default 96. */
  readonly blockSize?: number;
}

export interface NiqeOptions extends PlaneOptions {
  /**
   * - `standard` (default): in double precision, as the authors' program;
   * - `pyiqa`: the window's weights are rounded to single precision, as in pyiqa. Only flat areas show it.
   */
  preset?: 'standard' | 'pyiqa';
}

/**
 * NIQE with given parameters; lower is better. `loadNiqe` takes the authors'.
 *
 * The metric judges the luma by default, as super-resolution papers do (`{ channel: 'y' }`, rounded); the authors'
 * program takes `{ channel: 'grey' }`. A picture without a single block that varies gives NaN.
 *
 * @param options.parameters from `readNiqeParameters` or `fitNiqe`
 * @returns a metric of one picture of at least 96 x 96 after the crop (the size of a block), several, or a batch
 * @throws `metrics/parameters` for parameters of another size
 *
 * Source: Mittal, Soundararajan, Bovik: Making a "completely blind" image quality analyzer, IEEE SPL 20(3), 2013; the
 * authors' niqe_release (computequality.m); BasicSR `calculate_niqe`.
 *
 * @example
 * const naturalness = niqe({ parameters: readNiqeParameters(await readFile('modelparameters.mat')) });
 * const [quality] = await naturalness(result);
 */
export function niqe({ parameters }: { parameters: NiqeParameters }): NoReferenceMetric<NiqeOptions> {
  checkParameters(parameters);
  const { blockSize = defaultBlockSize } = parameters;
  return defineNoReferenceMetric(
    (result, { preset, ...options }: NiqeOptions = {}) => {
      const precision = preset === 'pyiqa' ? 'single-weights' : 'double';
      return measureEachPlane(result, { channel: 'y', ...options }, { what: 'niqe', leastSize: blockSize }, plane =>
        distance(parameters, niqeFeatures(plane, blockSize, precision)),
      );
    },
    {
      name: 'niqe',
      direction: 'lower',
      range: [0, Number.POSITIVE_INFINITY],
      differentiable: false,
      reference:
        'Mittal, Soundararajan, Bovik: Making a "completely blind" image quality analyzer, IEEE SPL 20(3), 2013',
    },
  );
}

function distance({ mean, covariance }: NiqeParameters, { features }: BlockFeatures): number {
  const seen = momentsOf(features);
  const difference = seen.mean.map((value, i) => value - mean[i]!);
  if (difference.some(Number.isNaN)) return Number.NaN;
  const { values, vectors } = symmetricEigen(
    seen.covariance.map((value, i) => (value + covariance[i]!) / 2),
    featureCount,
  );
  // MATLAB's pinv: singular values up to size x eps(largest) have no inverse.
  const greatest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const least = featureCount * Number.EPSILON * greatest;
  let sum = 0;
  for (const [k, value] of values.entries()) {
    if (Math.abs(value) <= least) continue;
    let product = 0;
    for (let i = 0; i < featureCount; i++) product += vectors[k * featureCount + i]! * difference[i]!;
    sum += product ** 2 / value;
  }
  return Math.sqrt(sum);
}

function checkParameters({ mean, covariance, blockSize = defaultBlockSize }: NiqeParameters): void {
  const fits = mean.length === featureCount && covariance.length === featureCount ** 2;
  const finite = mean.every(Number.isFinite) && covariance.every(Number.isFinite);
  if (fits && finite && Number.isInteger(blockSize / 2) && blockSize > 0) return;
  throw new SrError({
    code: 'metrics/parameters',
    message: `niqe: expected ${featureCount} finite means, ${featureCount} x ${featureCount} covariances and an even block size, received ${mean.length}, ${covariance.length} and ${blockSize}${finite ? '' : ', some not finite'}. Take them from readNiqeParameters or fitNiqe.`,
  });
}
