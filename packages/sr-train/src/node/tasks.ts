/** What each task of a recipe needs: the place where a training of another kind is plugged in. */
import type { Batch, BatchSource } from 'sr-data';
import type { Parameters } from 'sr-tensor';
import type { Recipe } from '../recipe.js';
import type { ScoreName, ValidationScore } from '../train-steps.js';
import type { TrainedNetwork, Training } from '../training.js';
import { openLpips } from './lpips.js';
import type { ReportSample } from './report.js';
import { openStructure } from './structure.js';
import { openStyle } from './style.js';
import { openSuperResolution } from './super-resolution.js';
import type { TrainOptions } from './train.js';

/** A training with its data, opened. */
export interface OpenTask<Score extends TaskScore = TaskScore, Net extends TrainedNetwork = TrainedNetwork> {
  /** Disposed in the end. */
  readonly training: Training<Net, Batch>;
  /** Closed in the end. */
  readonly source: BatchSource;
  /** The recipe with every duration in steps. */
  readonly recipe: Recipe;
  /** Absent: nothing is validated. */
  readonly validation?: {
    run(model: { network: Net; parameters: Parameters }): Promise<Score>;
    readonly best: ScoreName;
    /** Pictures that the report shows. */
    samples?(score: Score): Promise<readonly ReportSample[]>;
    dispose?(): void;
  };
  /** A sentence about the data, for the one who trains. */
  readonly summary: string;
}

/** What validations find: scores, and perhaps those of each picture. */
export interface TaskScore extends ValidationScore {
  readonly pictures?: readonly { readonly name: string; readonly scores: Readonly<Record<string, number>> }[];
}

/**
 * Opens the training of a recipe: its networks, its data, its validation.
 *
 * @param options.resumes whether a checkpoint will be restored: initial weights are then not read
 */
export async function openTask(recipe: Recipe, options: TrainOptions & { resumes: boolean }): Promise<OpenTask> {
  switch (recipe.task) {
    case 'super-resolution':
      return (await openSuperResolution(recipe, options)) as unknown as OpenTask;
    case 'structure':
      return (await openStructure(recipe, options)) as unknown as OpenTask;
    case 'lpips':
      return (await openLpips(recipe, options)) as unknown as OpenTask;
    case 'style':
      return (await openStyle(recipe, options)) as unknown as OpenTask;
  }
}
