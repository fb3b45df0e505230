import { nse } from 'sr-models';
import type { WeightTensor } from 'sr-tensor/weights';
import { playerOf } from '../player-of.js';
import type { StructureRecipe } from './structure-recipe.js';
import { StructureTraining } from './structure-training.js';

/**
 * The training of an extractor that a recipe describes.
 *
 * @param recipe whose durations are in steps (`inSteps`)
 * @param options.init initial parameters of the extractor (PyTorch's names and order of axes); default: random ones
 * @throws `weights/...` for initial parameters of another network, `network/config`
 * @example
 * const training = buildStructureTraining(recipes.nseContrastive({ form: 'small' }));
 */
export function buildStructureTraining(
  recipe: StructureRecipe,
  { init }: { init?: ReadonlyMap<string, WeightTensor> | undefined } = {},
): StructureTraining {
  const { network, pretext, seed } = recipe;
  // Seeds of their own for the extractor, the head and the questions.
  return new StructureTraining({
    network: nse(network.config),
    pretext,
    extractor: { ...playerOf(recipe, seed), init },
    head: playerOf(recipe, seed + 1),
    seed: seed + 2,
  });
}
