/**
 * Two-alternative forced choice (2AFC): does a metric find the same of two distorted patches nearer to the reference
 * that people do? (Zhang, Isola, Efros, Shechtman, Wang, CVPR 2018; the data set BAPPS.)
 *
 *   score = mean of 1[d0 < d1] (1 - h) + 1[d1 < d0] h + 1/2 1[d0 = d1],  h the fraction of people who prefer p1
 */
import { SrError, throwIfAborted } from 'sr-tensor';
import type { Images, Metric } from './metric.js';

/** A reference patch, two distorted ones, and what people think of them. */
export interface TwoAfcTriplet {
  readonly reference: Images;
  readonly p0: Images;
  readonly p1: Images;
  /** The fraction of people who find p1 nearer to the reference, 0 to 1; one a picture. */
  readonly judge: number | ArrayLike<number>;
}

export interface TwoAfcScore {
  /** 0 to 1: how often the metric agrees with a person; 0.5 for one that tells nothing. */
  readonly score: number;
  /** What a person gets who always agrees with the majority: the mean of max(h, 1 - h). */
  readonly best: number;
  /** What people get against each other: the mean of h^2 + (1 - h)^2. */
  readonly human: number;
  /** How many triplets there were. */
  readonly n: number;
}

export interface ScoreOptions {
  signal?: AbortSignal;
  /** Called after each item that was measured. */
  onProgress?: (done: number) => void;
}

/**
 * The 2AFC score of distances that have been measured.
 *
 * @param d0 the distances of p0 to the reference, lower is nearer
 * @param d1 the distances of p1, as many
 * @param judge the fraction of people who prefer p1, as many, 0 to 1
 * @throws `metrics/pairs` for unequal counts, none, or a judgement outside [0, 1]
 * @see methods of the lpips package, `score_2afc_dataset`
 * @example
 * const { score } = twoAfcScore([0.1, 0.4], [0.3, 0.2], [0, 0.8]); // 0.9
 */
export function twoAfcScore(d0: ArrayLike<number>, d1: ArrayLike<number>, judge: ArrayLike<number>): TwoAfcScore {
  const n = judge.length;
  if (n === 0 || d0.length !== n || d1.length !== n) {
    throw new SrError({
      code: 'metrics/pairs',
      message: `twoAfcScore: expected as many distances as judgements, at least one, received ${d0.length}, ${d1.length} and ${n}.`,
    });
  }
  let [score, best, human] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const h = judge[i]!;
    if (!(h >= 0 && h <= 1)) {
      throw new SrError({
        code: 'metrics/pairs',
        message: `twoAfcScore: expected judgements from 0 to 1, received ${h} at ${i}.`,
      });
    }
    score += d0[i]! < d1[i]! ? 1 - h : d1[i]! < d0[i]! ? h : 0.5;
    best += Math.max(h, 1 - h);
    human += h ** 2 + (1 - h) ** 2;
  }
  return { score: score / n, best: best / n, human: human / n, n };
}

/**
 * The 2AFC score of a metric; no picture is kept.
 *
 * @param triplets an iterable or async iterable, as `openTwoAfc` of `sr-metrics/node` gives it
 * @param metric any; its direction says which values are nearer
 * @throws what the metric and `twoAfcScore` throw; `aborted`
 * @example
 * const { score } = await scoreTwoAfc(await openTwoAfc('2afc/val/superres'), perceptual);
 */
export async function scoreTwoAfc(
  triplets: Iterable<TwoAfcTriplet> | AsyncIterable<TwoAfcTriplet>,
  metric: Metric,
  { signal, onProgress }: ScoreOptions = {},
): Promise<TwoAfcScore> {
  const [d0, d1, judge]: [number[], number[], number[]] = [[], [], []];
  const sign = metric.direction === 'lower' ? 1 : -1;
  for await (const triplet of triplets) {
    throwIfAborted(signal);
    for (const value of await metric(triplet.p0, triplet.reference)) d0.push(sign * value);
    for (const value of await metric(triplet.p1, triplet.reference)) d1.push(sign * value);
    judge.push(...(typeof triplet.judge === 'number' ? [triplet.judge] : Array.from(triplet.judge)));
    onProgress?.(judge.length);
  }
  return twoAfcScore(d0, d1, judge);
}
