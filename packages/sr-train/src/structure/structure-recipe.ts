/** Recipes of structure extractors. */
import type { RecipeBase, RecipeBaseInput } from '../recipe.js';
import type { Pretext } from './pretext-task.js';

/** A structure extractor, and the task that it learns from without labels. */
export interface StructureRecipe extends RecipeBase {
  readonly task: 'structure';
  /** What is asked of its feature maps. What a written recipe leaves out is as in `pretexts`. */
  readonly pretext: Pretext;
}

/** The same as it is written. */
export interface StructureInput extends RecipeBaseInput {
  readonly task: 'structure';
  readonly pretext: Partial<Pretext> & Pick<Pretext, 'kind'>;
}
