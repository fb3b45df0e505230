/** The encoders of a recipe: published networks, structure extractors trained here, random ones. */
import {
  alexNet,
  createEncoder,
  denseNet169,
  type EncoderOptions,
  type FeatureNetwork,
  googLeNet,
  loadEncoder,
  resNet18,
  resNet50,
  squeezeNet,
  vgg16,
  vgg19,
} from 'sr-features';
import { encoderOf, nse, type TappedNetwork } from 'sr-models';
import { type Encoder, fileShape, type ParameterSpecs, Parameters, Random, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import shippedExtractor from 'sr-weights/nse';
import { type EncoderUser, neededLayers } from '../needed-layers.js';
import type { EncoderName, RecipeEncoder } from '../recipe.js';
import { weightFileOf } from './initial-weights.js';

const published: Readonly<Record<Exclude<EncoderName, 'nse'>, FeatureNetwork>> = {
  vgg16,
  vgg19,
  alexnet: alexNet,
  squeezenet: squeezeNet,
  googlenet: googLeNet,
  resnet18: resNet18,
  resnet50: resNet50,
  densenet169: denseNet169,
};

/** How a recipe asks for random weights. */
const random = 'random';

/**
 * Loads the encoders that the losses of a recipe look at, as deep as they look; one that nothing looks at is left out.
 *
 * @param recipe whose durations are in steps
 * @returns by the names of the recipe; the caller disposes them
 * @throws `train/encoder` where weights are missing (names the file, and how to take another network), `layer/unknown`
 */
export async function loadEncoders(
  recipe: EncoderUser,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Record<string, Encoder>> {
  const encoders: Record<string, Encoder> = {};
  try {
    for (const [name, layers] of neededLayers(recipe)) {
      encoders[name] = await loadRecipeEncoder(name, recipe.encoders[name]!, { layers, signal });
    }
    return encoders;
  } catch (error) {
    for (const encoder of Object.values(encoders)) encoder.dispose();
    throw error;
  }
}

/**
 * Loads one encoder.
 *
 * @param name as the recipe calls it, for messages
 * @throws as `loadEncoders`
 */
export async function loadRecipeEncoder(
  name: string,
  description: RecipeEncoder,
  { layers, signal }: { layers: readonly string[] | undefined; signal: AbortSignal | undefined },
): Promise<Encoder> {
  const { network, weights, preprocessing, pooling, seed } = description;
  if (network === 'nse') return loadExtractor(name, description);
  const options: EncoderOptions = {
    pooling,
    ...(preprocessing !== null && { preprocessing }),
    ...(layers !== undefined && { layers: checkedLayers(name, network, layers) }),
  };
  if (weights === random) return createEncoder(published[network], randomWeights(seed), options);
  try {
    return await loadEncoder(published[network], {
      ...options,
      ...(weights !== null && { weights: await weightFileOf(weights) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!SrError.isInstance(error) || error.code !== 'weights/unavailable') throw error;
    throw new SrError({
      code: 'train/encoder',
      message: `The encoder "${name}" has no weights. ${error.message} Or take another network, --set encoders.${name}.network=squeezenet (with layers of its own), or random weights, --set encoders.${name}.weights=random.`,
      cause: error,
    });
  }
}

/** The layers asked for if the network has them; an error names the field to change. */
function checkedLayers(
  name: string,
  network: Exclude<EncoderName, 'nse'>,
  layers: readonly string[],
): readonly string[] {
  const known = tapsOf(published[network]);
  const missing = layers.find(layer => !known.includes(layer));
  if (missing === undefined) return layers;
  throw new SrError({
    code: 'recipe/invalid',
    message: `Recipe: encoders.${name}: ${network} has no layer "${missing}"; it has ${known.join(', ')}. Set the layers of the losses that look at it.`,
  });
}

function tapsOf({ layers }: FeatureNetwork): string[] {
  return layers.flatMap(({ tap }) => (tap === undefined ? [] : [tap]));
}

/** A structure extractor: the one that comes along, one that was trained, or a random one. */
async function loadExtractor(name: string, { weights, config, seed }: RecipeEncoder): Promise<Encoder> {
  const network = nse(config);
  const parameters =
    weights === random
      ? Parameters.create(network.parameters, { seed })
      : await readExtractor(name, network, weights === null ? shippedExtractor.url : await weightFileOf(weights));
  // It has no batch norm: the mode does not matter.
  return Object.assign(encoderOf({ network, parameters }), { dispose: () => parameters.dispose() });
}

async function readExtractor(name: string, { parameters }: TappedNetwork, file: string | URL): Promise<Parameters> {
  try {
    return Parameters.fromWeights(parameters, (await readWeightFile(file)).tensors);
  } catch (error) {
    if (!SrError.isInstance(error) || file !== shippedExtractor.url) throw error;
    throw new SrError({
      code: 'train/encoder',
      message: `The encoder "${name}" is a structure extractor of another config than the one that comes along. Train one (sr train nse-contrastive) and set encoders.${name}.weights to its folder, or to "random". ${error.message}`,
      cause: error,
    });
  }
}

/** He et al. 2015 (Kaiming-normal) for what has a fan, 1 for factors and variances, 0 for the rest; the same for a seed. */
function randomWeights(seed: number): (specs: ParameterSpecs) => ReadonlyMap<string, WeightTensor> {
  return specs => {
    const numbers = new Random(seed);
    return new Map(
      Object.entries(specs).map(([name, spec]) => {
        const shape = fileShape(spec);
        const [, ...fan] = shape;
        const size = shape.reduce((product, n) => product * n, 1);
        const deviation = Math.sqrt(2 / fan.reduce((product, n) => product * n, 1));
        const data = new Float32Array(size);
        if (fan.length > 0) for (let i = 0; i < size; i++) data[i] = numbers.normal(0, deviation);
        else if (/(^|\.)(weight|running_var)$/.test(name)) data.fill(1);
        return [name, { dtype: 'f32', shape, data }];
      }),
    );
  };
}
