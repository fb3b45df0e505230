import { type Correlation, kendall, pearson, spearman } from '../correlation.js';
import type { MetricInfo } from '../metric.js';
import { type MeanInterval, meanInterval } from './mean-interval.js';
import type { Opinions } from './types.js';

export interface VersionOpinion {
  readonly version: string;
  /** The mean score (rating: higher is better) or the mean rank (ranking: lower is better), with its 95 % interval. */
  readonly opinion: MeanInterval;
  /**
   * The share of judgements in which no other version of the picture was better in the eyes of the same rater. Ratings
   * may tie for the first place, so that the shares of all versions then add up to more than 1.
   */
  readonly firstShare: number;
  /** How often it got each value, from 1 on: `counts[0]` is how often it got 1. */
  readonly counts: readonly number[];
}

export interface PictureOpinion {
  readonly picture: string;
  /** By the name of the version. */
  readonly versions: Readonly<Record<string, MeanInterval>>;
}

export interface OpinionAnalysis {
  /** The best version first. */
  readonly versions: readonly VersionOpinion[];
  /** By name. */
  readonly pictures: readonly PictureOpinion[];
  readonly raters: number;
}

/**
 * What people think of each version, over all pictures and picture by picture.
 *
 * Intervals are Student's and count every answer as independent.
 *
 * @param opinions from `mergeOpinions`
 * @example
 * for (const { version, opinion } of analyzeOpinions(opinions).versions) {
 *   console.log(version, opinion.mean.toFixed(2), `[${opinion.low.toFixed(2)}, ${opinion.high.toFixed(2)}]`);
 * }
 */
export function analyzeOpinions({ mode, answers }: Opinions): OpinionAnalysis {
  const better = mode === 'rating' ? Math.max : Math.min;
  const best = new Map<string, number>();
  for (const { rater, picture, value } of answers) {
    const key = JSON.stringify([rater, picture]);
    best.set(key, better(best.get(key) ?? value, value));
  }
  const most = answers.reduce((highest, { value }) => Math.max(highest, value), mode === 'rating' ? 5 : 1);
  const versions = [...groupBy(answers, ({ version }) => version)].map(([version, given]): VersionOpinion => {
    const firsts = given.filter(({ rater, picture, value }) => best.get(JSON.stringify([rater, picture])) === value);
    return {
      version,
      opinion: meanInterval(given.map(({ value }) => value)),
      firstShare: firsts.length / given.length,
      counts: Array.from({ length: most }, (_, i) => given.filter(({ value }) => value === i + 1).length),
    };
  });
  const sign = mode === 'rating' ? -1 : 1;
  const pictures = [...groupBy(answers, ({ picture }) => picture)].map(([picture, given]): PictureOpinion => {
    const cells = [...groupBy(given, ({ version }) => version)];
    return {
      picture,
      versions: Object.fromEntries(
        cells.map(([version, cell]) => [version, meanInterval(cell.map(({ value }) => value))]),
      ),
    };
  });
  return {
    versions: versions.sort((a, b) => sign * (a.opinion.mean - b.opinion.mean)),
    pictures: pictures.sort((a, b) => (a.picture < b.picture ? -1 : 1)),
    raters: new Set(answers.map(({ rater }) => rater)).size,
  };
}

/** What a metric says of a version of a picture. */
export interface MetricValue {
  readonly picture: string;
  readonly version: string;
  readonly value: number;
}

export interface OpinionAgreement {
  readonly pearson: Correlation;
  readonly spearman: Correlation;
  readonly kendall: Correlation;
}

/**
 * How far a metric agrees with people: its correlation with the mean opinion of each version of each picture.
 *
 * Signs are turned so that 1 is full agreement, whether a high value of the metric is good or bad.
 *
 * @param opinions from `mergeOpinions`
 * @param values of the metric; what has no finite value or no opinion is left out (`n` of the result says how much is left)
 * @param metric `psnr`, for instance; its direction is all that is read
 * @throws `metrics/correlation` if fewer than two are left
 * @example
 * const { spearman } = agreementWithMetric(opinions, values, psnr);
 */
export function agreementWithMetric(
  opinions: Opinions,
  values: readonly MetricValue[],
  { direction }: Pick<MetricInfo, 'direction'>,
): OpinionAgreement {
  const means = new Map(
    analyzeOpinions(opinions).pictures.flatMap(({ picture, versions }) =>
      Object.entries(versions).map(([version, { mean }]) => [JSON.stringify([picture, version]), mean] as const),
    ),
  );
  const used = values.filter(
    ({ picture, version, value }) => Number.isFinite(value) && means.has(JSON.stringify([picture, version])),
  );
  const opinionSign = opinions.mode === 'rating' ? 1 : -1;
  const metricSign = direction === 'higher' ? 1 : -1;
  const people = used.map(({ picture, version }) => opinionSign * means.get(JSON.stringify([picture, version]))!);
  const metric = used.map(({ value }) => metricSign * value);
  return { pearson: pearson(metric, people), spearman: spearman(metric, people), kendall: kendall(metric, people) };
}

function groupBy<Value>(values: readonly Value[], key: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}
