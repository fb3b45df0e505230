import { readClassNames } from '#platform';
import { type Classifier, type ClassifierOptions, createClassifier, parseClasses } from './classifier.js';
import { type FeatureNetwork, headParameters, shapeOf, sizeAfter } from './feature-network.js';
import type { FileOptions } from './find-asset.js';
import { resolveWeights, type WeightSource } from './load-encoder.js';

export interface LoadClassifierOptions extends ClassifierOptions, FileOptions {
  /** Default: the file of the publisher. The file must hold the head. */
  weights?: WeightSource;
}

/**
 * A network as a classifier of ImageNet's 1000 classes, with weights from wherever they lie (see `loadEncoder`).
 *
 * Names of classes that are not given are read, in Node, from `synset_words.txt` beside the weights or in a folder of
 * SR_WEIGHTS_DIR; without one, classes are called by their index.
 *
 * @throws what `loadEncoder` and `createClassifier` throw
 * @example
 * const classifier = await loadClassifier(resNet50);
 * const [guesses] = await classifier.classify(images, { top: 5 });
 * const caffe = await loadClassifier(squeezeNet, { weights: 'squeezenet_v1.1_caffe_full.f16.safetensors' });
 */
export async function loadClassifier(
  network: FeatureNetwork,
  options: LoadClassifierOptions = {},
): Promise<Classifier> {
  const { weights = network.name } = options;
  const { parameters, channels } = shapeOf(network.layers);
  const units = sizeAfter(network.layers, network.inputSize) ** 2;
  const names = Object.keys({ ...parameters, ...headParameters(network.head, channels, units) });
  const resolved = await resolveWeights(network, weights, names, options);
  if (options.classes !== undefined) return createClassifier(network, resolved, options);
  const text = await readClassNames(typeof weights === 'string' || weights instanceof URL ? weights : undefined);
  return createClassifier(
    network,
    resolved,
    text === undefined ? options : { ...options, classes: parseClasses(text) },
  );
}
