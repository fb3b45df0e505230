import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { adaptWeights, buildDiscriminator, buildNetwork } from 'sr-models';
import { fileShape, type Network, Parameters, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import type { RecipeInit, RecipeNetwork, SuperResolutionRecipe } from '../recipe.js';

/**
 * Reads what the parameters of a network begin with.
 *
 * @param options.network of a recipe
 * @param options.seed for those that the file lacks, if it need not have all
 * @throws what `readWeightFile` throws, `train/no-weights` for the folder of a run that has none
 */
export async function readInitialWeights(
  { network: description, seed }: { network: RecipeNetwork; seed: number },
  { weights, partial }: RecipeInit,
): Promise<ReadonlyMap<string, WeightTensor>> {
  const network = buildNetwork(description);
  const { tensors } = await readWeightFile(await weightFileOf(weights));
  return completed(network, adaptWeights(network, tensors), { seed, partial });
}

/** The same for the discriminators that have an `init`, by name. */
export async function readDiscriminatorWeights({
  discriminators,
  seed,
}: Pick<SuperResolutionRecipe, 'discriminators' | 'seed'>): Promise<Record<string, ReadonlyMap<string, WeightTensor>>> {
  const found: Record<string, ReadonlyMap<string, WeightTensor>> = {};
  for (const [name, { network, init }] of Object.entries(discriminators)) {
    if (init === null) continue;
    const { tensors } = await readWeightFile(await weightFileOf(init.weights));
    found[name] = await completed(buildDiscriminator(network), tensors, { seed, partial: init.partial });
  }
  return found;
}

/**
 * The weight file that a recipe means: the file itself, or of the folder of a run the best weights.
 *
 * @throws `train/no-weights` for a folder without
 */
export async function weightFileOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return path;
  const file = ['best.safetensors', 'last.safetensors'].map(name => join(path, name)).find(existsSync);
  if (file !== undefined) return file;
  throw new SrError({
    code: 'train/no-weights',
    message: `${path}: expected the folder of a run, with best.safetensors or last.safetensors in it, or a weight file.`,
  });
}

/** Weights as they are or, if they need not be all, with random ones in the place of those that they lack. */
export async function completed(
  { parameters: specs }: Pick<Network, 'parameters'>,
  tensors: ReadonlyMap<string, WeightTensor>,
  { seed, partial }: { seed: number; partial: boolean },
): Promise<ReadonlyMap<string, WeightTensor>> {
  if (!partial) return tensors;
  const random = Parameters.create(specs, { seed });
  const initial = await random.toWeights();
  random.dispose();
  const fitting = [...tensors].filter(
    ([name, { shape }]) => Object.hasOwn(specs, name) && fileShape(specs[name]!).join() === shape.join(),
  );
  if (fitting.length === 0) {
    throw new SrError({
      code: 'train/no-weights',
      message: `init: expected weights of which some fit the network (${Object.keys(specs)[0]}, ...), received ${tensors.size} of which none does (${[...tensors.keys()][0]}, ...).`,
    });
  }
  for (const [name, tensor] of fitting) initial.set(name, tensor);
  return initial;
}
