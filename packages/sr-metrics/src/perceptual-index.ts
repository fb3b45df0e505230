/**
 * Perceptual index (Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor, "The 2018 PIRM challenge", ECCV workshops 2018):
 *
 *   PI = ((10 - Ma) + NIQE) / 2,  lower is better
 *
 * on the luma without 4 pixels along each side. Ma's score (Ma et al., CVIU 158, 2017; 0 to 10, higher is better) comes
 * from three random forests that its authors publish for MATLAB: it is plugged in. A table's value combines the means
 * over its pictures, which is the mean of PI.
 */
import { SrError } from 'sr-tensor';
import { defineNoReferenceMetric, type Images, type NoReferenceMetric } from './metric.js';
import type { NiqeOptions } from './niqe.js';

/** Gives Ma's score of each picture, already cropped or not as it needs; the options are those of the call. */
export type MaScore = (images: Images, options: NiqeOptions) => Promise<ArrayLike<number>> | ArrayLike<number>;

export interface PerceptualIndexOptions {
  readonly niqe: NoReferenceMetric<NiqeOptions>;
  /** Nothing takes its place: without it the metric throws. */
  readonly ma?: MaScore | undefined;
}

/**
 * The perceptual index, of NIQE and a score that is plugged in; lower is better.
 *
 * @returns a metric whose options are those of NIQE, `channel` `y` and `cropBorder` 4 by default
 * @throws `metrics/ma-score`, when it is called, without `ma` or where `ma` does not give a number a picture
 * @example
 * const index = pi({ niqe: await loadNiqe(), ma: () => [8.9] });
 * const [value] = await index(result);
 */
export function pi({ niqe, ma }: PerceptualIndexOptions): NoReferenceMetric<NiqeOptions> {
  return defineNoReferenceMetric((result, options: NiqeOptions = {}) => compute(result, options, { niqe, ma }), {
    name: 'pi',
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    differentiable: false,
    reference: 'Blau et al.: The 2018 PIRM challenge on perceptual image super-resolution, ECCV workshops 2018',
  });
}

async function compute(
  result: Images,
  given: NiqeOptions,
  { niqe, ma }: PerceptualIndexOptions,
): Promise<Float64Array> {
  if (ma === undefined) {
    throw new SrError({
      code: 'metrics/ma-score',
      message:
        "pi: expected Ma's score to be plugged in, received none. Give pi a function `ma` that returns it; NIQE alone is another metric.",
    });
  }
  const options = { channel: 'y', cropBorder: 4, ...given } as const;
  const naturalness = await niqe(result, undefined, options);
  const scores = await ma(result, options);
  const isSound = scores.length === naturalness.length && Array.from(scores).every(score => score >= 0 && score <= 10);
  if (!isSound) {
    throw new SrError({
      code: 'metrics/ma-score',
      message: `pi: expected ${naturalness.length} scores of Ma from 0 to 10, received ${Array.from(scores).slice(0, 5).join(', ')} (${scores.length}).`,
    });
  }
  return naturalness.map((value, i) => (10 - scores[i]! + value) / 2);
}
