import { lpipsLayers } from 'sr-metrics';
import { type Encoder, SrError } from 'sr-tensor';
import { playerOf } from '../player-of.js';
import type { RecipeEncoder } from '../recipe.js';
import type { LpipsRecipe } from './lpips-recipe.js';
import { LpipsTraining } from './lpips-training.js';

/** The layers that the authors took, by the name of the encoder. */
const layersOf: Readonly<Record<string, readonly string[]>> = {
  alexnet: lpipsLayers.alex,
  squeezenet: lpipsLayers.squeeze,
  vgg16: lpipsLayers.vgg,
};

/**
 * The layers of an encoder that LPIPS looks at.
 *
 * @throws `recipe/invalid` for an encoder that it was not published with
 */
export function layersOfLpips({ network }: Pick<RecipeEncoder, 'network'>): readonly string[] {
  const layers = layersOf[network];
  if (layers !== undefined) return layers;
  throw new SrError({
    code: 'recipe/invalid',
    message: `Recipe: encoder.network: expected one of ${Object.keys(layersOf).join(', ')}, received "${network}".`,
  });
}

/**
 * The training of linear layers that a recipe describes.
 *
 * @param recipe whose durations are in steps (`inSteps`)
 * @param options.encoder is disposed with the training
 * @throws `recipe/invalid` for an encoder that LPIPS was not published with
 */
export function buildLpipsTraining(recipe: LpipsRecipe, { encoder }: { encoder: Encoder }): LpipsTraining {
  const { seed, dropout } = recipe;
  return new LpipsTraining({
    encoder,
    layers: layersOfLpips(recipe.encoder),
    player: playerOf(recipe, seed),
    dropout,
    // Of its own, beside that of the parameters.
    seed: seed + 1,
  });
}
