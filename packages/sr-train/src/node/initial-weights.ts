import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adaptWeights, buildDiscriminator, buildNetwork, widenWeights } from 'sr-models';
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
  { weights, partial, widen }: RecipeInit,
): Promise<ReadonlyMap<string, WeightTensor>> {
  const network = buildNetwork(description);
  const { tensors } = await readWeightFile(await weightFileOf(weights));
  return completed(network, adaptWeights(network, tensors), { seed, partial, widen });
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
    found[name] = await completed(buildDiscriminator(network), tensors, { ...init, seed });
  }
  return found;
}

/** How a recipe names weights that come along. */
const module = /^sr-weights\/[\w-]+$/;

/**
 * The weight file that a recipe means: the file itself, of the folder of a run the best weights, or a network that comes along
 * (`sr-weights/x4-small`).
 *
 * @throws `train/no-weights` for a folder without, or a name that there is not
 */
export async function weightFileOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && module.test(path)) return shippedFile(path);
  if (!found?.isDirectory()) return path;
  const file = ['best.safetensors', 'last.safetensors'].map(name => join(path, name)).find(existsSync);
  if (file !== undefined) return file;
  throw new SrError({
    code: 'train/no-weights',
    message: `${path}: expected the folder of a run, with best.safetensors or last.safetensors in it, or a weight file.`,
  });
}

async function shippedFile(name: string): Promise<string> {
  try {
    const { default: found } = (await import(name)) as { default: { url: URL } };
    return fileURLToPath(found.url);
  } catch (cause) {
    throw new SrError({
      code: 'train/no-weights',
      message: `${name}: there are no such weights; \`sr models\` lists those that come along.`,
      cause,
    });
  }
}

/**
 * Weights as they are; if they need not be all, with random ones in the place of those that they lack; if they are of a narrower
 * network, widened.
 */
export async function completed(
  network: Pick<Network, 'name' | 'parameters'>,
  tensors: ReadonlyMap<string, WeightTensor>,
  { seed, partial, widen }: Pick<RecipeInit, 'partial' | 'widen'> & { seed: number },
): Promise<ReadonlyMap<string, WeightTensor>> {
  if (widen) return widenWeights(network, tensors, { seed });
  if (!partial) return tensors;
  const { parameters: specs } = network;
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
