/** What the page can train on: a network that enlarges, a style. */
import type { FineTuneJob, FineTuneResult } from '../engine/contract.js';

export interface Pupil {
  /** What is chosen. */
  readonly label: string;
  readonly about: string;
  /** What the person drops. */
  readonly pictures: { readonly title: string; readonly hint: string };
  readonly settings: HTMLElement;
  /** The name of the weights, before the person gives them one. */
  readonly name: string;
  /** The logarithm to base ten. */
  readonly learningRate: number;
  /** How what was held out is scored. */
  readonly score: string;
  /** What stands below each picture that is shown on the way, in order. */
  readonly samples: Readonly<Record<string, string>>;
  /** Where the result can be used. */
  readonly use: string;
  /** Called each time it comes into view. */
  shown?(): void;
  /** What is missing before it can start; undefined: nothing. */
  missing(): string | undefined;
  train(job: Omit<FineTuneJob, 'network'>, context: TrainContext): Promise<FineTuneResult>;
  verdict(result: FineTuneResult): string;
  /** Makes the result one of those that the page offers, and goes there. */
  keep(result: FineTuneResult): void;
}

export interface TrainContext {
  readonly signal: AbortSignal;
  /** Told of each `FineTuneEvent`. */
  readonly onProgress: (event: unknown) => void;
}
