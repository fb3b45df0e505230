import { Random, SrError } from 'sr-tensor';
import type { OpinionAnswer, OpinionMode, OpinionPlan, RaterPlan, Trial } from './types.js';

export interface PlanOpinionsOptions {
  mode: OpinionMode;
  /** Names of the pictures. */
  pictures: readonly string[];
  /** Names of the versions that there are of every picture. */
  versions: readonly string[];
  /** How many people are asked; each gets a page. */
  raters: number;
  /** How many pictures each sees, in all versions. Default: all. */
  picturesPerRater?: number;
  /**
   * Rating: shows what 1 and 5 mean first, by `examples` (default 5) pictures in a bad and in a perfect version. They
   * are pictures that the rater does not rate, as long as there are such.
   */
  calibration?: { worst: string; best: string; examples?: number };
  /** Default `opinions`. */
  study?: string;
  /** Of the random choice and order. Default 0. */
  seed?: number;
}

/**
 * Decides who judges what, in random order, so that every version is judged equally often.
 *
 * Each rater gets the pictures that were given least so far (at random among equals) and all versions of each. So every
 * version of a picture is judged by the same raters, and the counts of two pictures differ by 1 at most; by 0 if
 * raters * picturesPerRater is a multiple of the number of pictures.
 *
 * Akella et al. (section on MOS) had 25 raters, 100 pictures, 20 of them for each, 8 versions: 5 scores a version of a
 * picture; and showed 5 examples of nearest-neighbour enlargement (1) and of the original (5) first.
 *
 * @throws `opinion/plan` for empty or repeated names and impossible counts
 * @example
 * const plan = planOpinions({ mode: 'rating', pictures, versions: ['nearest', 'ours', 'hr'], raters: 25, picturesPerRater: 20 });
 */
export function planOpinions({
  mode,
  pictures,
  versions,
  raters,
  picturesPerRater = pictures.length,
  calibration,
  study = 'opinions',
  seed = 0,
}: PlanOpinionsOptions): OpinionPlan {
  checkNames(pictures, 'pictures', 1);
  checkNames(versions, 'versions', mode === 'ranking' ? 2 : 1);
  checkCount(raters, 'raters', Number.MAX_SAFE_INTEGER);
  checkCount(picturesPerRater, 'picturesPerRater', pictures.length);
  if (calibration !== undefined) checkCalibration(calibration, mode, pictures, versions);
  const random = new Random(seed);
  const given = new Map(pictures.map(picture => [picture, 0]));
  const plans = Array.from({ length: raters }, (_, i): RaterPlan => {
    const order = shuffled(pictures, random).sort((a, b) => given.get(a)! - given.get(b)!);
    const chosen = order.slice(0, picturesPerRater);
    for (const picture of chosen) given.set(picture, given.get(picture)! + 1);
    const trials = chosen.flatMap((picture): Trial[] => {
      if (mode === 'ranking') return [{ picture, versions: shuffled(versions, random) }];
      return versions.map(version => ({ picture, versions: [version] }));
    });
    const examples = [...order.slice(picturesPerRater), ...chosen].slice(0, calibration?.examples ?? 5);
    return {
      rater: String(i + 1).padStart(String(raters).length, '0'),
      calibration: calibration === undefined ? [] : examples.flatMap(picture => examplesOf(picture, calibration)),
      trials: shuffled(trials, random),
    };
  });
  return { mode, study, pictures, versions, raters: plans };
}

function examplesOf(picture: string, { worst, best }: { worst: string; best: string }): OpinionAnswer[] {
  return [
    { picture, version: worst, value: 1 },
    { picture, version: best, value: 5 },
  ];
}

function shuffled<Value>(values: readonly Value[], random: Random): Value[] {
  return random.permutation(values.length).map(i => values[i]!);
}

function checkNames(names: readonly string[], what: string, least: number): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (names.length >= least && repeated === undefined && !names.includes('')) return;
  const received = repeated === undefined ? `${names.length}: ${names.join(', ')}` : `"${repeated}" twice`;
  throw new SrError({
    code: 'opinion/plan',
    message: `planOpinions: expected at least ${least} different names as ${what}, received ${received}.`,
  });
}

function checkCount(count: number, what: string, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? 'from 1' : `from 1 to ${most}`;
  throw new SrError({
    code: 'opinion/plan',
    message: `planOpinions: expected an integer ${range} as ${what}, received ${count}.`,
  });
}

function checkCalibration(
  { worst, best, examples = 5 }: NonNullable<PlanOpinionsOptions['calibration']>,
  mode: OpinionMode,
  pictures: readonly string[],
  versions: readonly string[],
): void {
  checkCount(examples, 'calibration.examples', pictures.length);
  const unknown = [worst, best].find(version => !versions.includes(version));
  if (mode === 'rating' && unknown === undefined) return;
  const expected = mode === 'rating' ? `versions among ${versions.join(', ')}` : 'the mode "rating"';
  throw new SrError({
    code: 'opinion/plan',
    message: `planOpinions: expected ${expected} for calibration, received ${unknown ?? `"${mode}"`}.`,
  });
}
