/**
 * Just noticeable differences (JND): are the pairs that people take for the same those of the least distance?
 * (Zhang et al., CVPR 2018, section 3.2.)
 *
 * Pairs in the order of their distance are taken for the same one after the other; precision and recall of that, people's
 * answers being the truth (a fraction each), give the average precision of the VOC challenge (2010 and later): the area
 * under the highest precision at each recall or above.
 */
import { SrError, throwIfAborted } from 'sr-tensor';
import type { Images, Metric } from './metric.js';
import type { ScoreOptions } from './two-afc.js';

/** Two patches, and how many people took them for the same. */
export interface JndPair {
  readonly p0: Images;
  readonly p1: Images;
  /** The fraction of people who saw no difference, 0 to 1; one a picture. */
  readonly same: number | ArrayLike<number>;
}

export interface JndScore {
  /** Average precision, 0 to 1. */
  readonly score: number;
  readonly n: number;
}

/**
 * The JND score of distances that have been measured.
 *
 * @param distances lower is nearer; equal ones keep their order
 * @param same the fraction of people who saw no difference, as many, 0 to 1
 * @returns a score of NaN if nobody took any pair for the same
 * @throws `metrics/pairs` for unequal counts, none, or an answer outside [0, 1]
 * @see methods of the lpips package, `score_jnd_dataset` and `voc_ap`
 * @example
 * const { score } = jndScore([0.1, 0.4, 0.2], [1, 0, 0.33]);
 */
export function jndScore(distances: ArrayLike<number>, same: ArrayLike<number>): JndScore {
  const n = same.length;
  const wrong = Array.from(same).findIndex(fraction => !(fraction >= 0 && fraction <= 1));
  if (n === 0 || distances.length !== n || wrong >= 0) {
    const received = wrong < 0 ? `${distances.length} and ${n}` : `an answer of ${same[wrong]} at ${wrong}`;
    throw new SrError({
      code: 'metrics/pairs',
      message: `jndScore: expected as many distances as answers from 0 to 1, at least one, received ${received}.`,
    });
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => distances[i]! - distances[j]!);
  let found = 0;
  const precision = order.map((i, k) => {
    found += same[i]!;
    return found / (k + 1);
  });
  // From the last to the first: recall falls by same / found, precision is the highest from here on.
  let area = 0;
  let highest = 0;
  for (let k = n - 1; k >= 0; k--) {
    highest = Math.max(highest, precision[k]!);
    area += (same[order[k]!]! / found) * highest;
  }
  return { score: area, n };
}

/**
 * The JND score of a metric; no picture is kept.
 *
 * @param pairs an iterable or async iterable, as `openJnd` of `sr-metrics/node` gives it
 * @param metric any; its direction says which values are nearer
 * @throws what the metric and `jndScore` throw; `aborted`
 * @example
 * const { score } = await scoreJnd(await openJnd('jnd/val/cnn'), perceptual);
 */
export async function scoreJnd(
  pairs: Iterable<JndPair> | AsyncIterable<JndPair>,
  metric: Metric,
  { signal, onProgress }: ScoreOptions = {},
): Promise<JndScore> {
  const [distances, same]: [number[], number[]] = [[], []];
  const sign = metric.direction === 'lower' ? 1 : -1;
  for await (const pair of pairs) {
    throwIfAborted(signal);
    for (const value of await metric(pair.p1, pair.p0)) distances.push(sign * value);
    same.push(...(typeof pair.same === 'number' ? [pair.same] : Array.from(pair.same)));
    onProgress?.(same.length);
  }
  return jndScore(distances, same);
}
