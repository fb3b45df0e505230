/** Recipes of LPIPS's linear layers. */
import type { RecipeBase, RecipeBaseInput, RecipeEncoder } from '../recipe.js';

/** Linear layers over the features of an encoder, trained on what people find nearer to a reference (BAPPS). */
export interface LpipsRecipe extends RecipeBase {
  readonly task: 'lpips';
  /** `alexnet`, `squeezenet` or `vgg16`; its layers are those of LPIPS. */
  readonly encoder: RecipeEncoder;
  /** Whether half of the squared differences is dropped at random. Default true. */
  readonly dropout: boolean;
}

/** The same as it is written. */
export interface LpipsInput extends RecipeBaseInput {
  readonly task: 'lpips';
  readonly encoder: Partial<RecipeEncoder> & Pick<RecipeEncoder, 'network'>;
  readonly dropout?: boolean;
}
