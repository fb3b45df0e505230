/** Recipes of style networks. */
import type { Duration, RecipeBase, RecipeBaseInput, RecipeEncoder } from '../recipe.js';
import type { RecipeLoss } from '../recipe-loss.js';

/** A network that paints pictures in one style or several, and what makes a picture a good one. */
export interface StyleRecipe extends RecipeBase {
  readonly task: 'style';
  /** The file of the style's picture; several for a network that learns them all. Null (default): not said yet. */
  readonly style: string | readonly string[] | null;
  /** The longer side that style pictures are given, in pixels; null (default): their own. */
  readonly styleSize: number | null;
  /**
   * The terms of the objective, by the names under which they are reported. `style` and `histogram` compare with the
   * style's picture, `total-variation` with nothing, all others with the picture that is painted.
   */
  readonly losses: Readonly<Record<string, RecipeLoss>>;
  /** Feature networks, which stay as they are, by the names that losses call them. Default none. */
  readonly encoders: Readonly<Record<string, RecipeEncoder>>;
  /** Null (default): weights are as the losses say. */
  readonly trials: RecipeTrials | null;
}

/**
 * Short trainings from the same start, one for each weight of a loss. The weight is kept whose network is best by the other
 * losses on the pictures held out.
 */
export interface RecipeTrials {
  readonly loss: string;
  readonly weights: readonly number[];
  readonly steps: Duration;
}

/** The same as it is written. */
export interface StyleInput extends RecipeBaseInput {
  readonly task: 'style';
  readonly style?: string | readonly string[] | null;
  readonly styleSize?: number | null;
  readonly losses: StyleRecipe['losses'];
  readonly encoders?: Readonly<Record<string, Partial<RecipeEncoder> & Pick<RecipeEncoder, 'network'>>>;
  readonly trials?: RecipeTrials | null;
}
