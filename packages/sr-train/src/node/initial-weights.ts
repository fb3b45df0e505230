import { buildNetwork } from 'sr-models';
import { fileShape, Parameters } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import type { Recipe, RecipeInit } from '../recipe.js';

/**
 * Reads what the parameters of a recipe's network begin with.
 *
 * @throws what `readWeightFile` throws
 */
export async function readInitialWeights(
  { network, seed }: Pick<Recipe, 'network' | 'seed'>,
  { weights, partial }: RecipeInit,
): Promise<ReadonlyMap<string, WeightTensor>> {
  const { tensors } = await readWeightFile(weights);
  if (!partial) return tensors;
  const specs = buildNetwork(network).parameters;
  const random = Parameters.create(specs, { seed });
  const initial = await random.toWeights();
  random.dispose();
  for (const [name, tensor] of tensors) {
    if (Object.hasOwn(specs, name) && fileShape(specs[name]!).join() === tensor.shape.join()) initial.set(name, tensor);
  }
  return initial;
}
