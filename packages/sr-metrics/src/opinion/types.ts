/** What a study of opinions is made of: a plan of who sees what, and the answers. Plain data, stored as JSON. */

/** `rating`: one picture after the other gets 1 (bad) to 5 (excellent); `ranking`: versions side by side are put in order. */
export type OpinionMode = 'rating' | 'ranking';

/** Who sees what, in which order. */
export interface OpinionPlan {
  readonly mode: OpinionMode;
  /** Names the study; answers of another study are not merged with it. */
  readonly study: string;
  readonly pictures: readonly string[];
  readonly versions: readonly string[];
  readonly raters: readonly RaterPlan[];
}

export interface RaterPlan {
  /** `01`, `02`, ... */
  readonly rater: string;
  /** Shown first, with the score that they deserve. */
  readonly calibration: readonly OpinionAnswer[];
  readonly trials: readonly Trial[];
}

/** One screen: a picture in one version (rating) or in several, from left to right (ranking). */
export interface Trial {
  readonly picture: string;
  readonly versions: readonly string[];
}

/** What one rater said about a trial. */
export interface OpinionAnswer {
  readonly picture: string;
  readonly version: string;
  /** Rating: 1 (bad) to 5 (excellent). Ranking: the rank, 1 is the best. */
  readonly value: number;
}

/** The file that a page hands to its rater. */
export interface OpinionFile {
  readonly format: 'sr-opinion';
  readonly mode: OpinionMode;
  readonly study: string;
  readonly rater: string;
  /** When it was saved, as an ISO date. */
  readonly saved: string;
  readonly answers: readonly OpinionAnswer[];
}

/** The answers of all raters. */
export interface Opinions {
  readonly mode: OpinionMode;
  readonly study: string;
  readonly answers: readonly (OpinionAnswer & { readonly rater: string })[];
}
