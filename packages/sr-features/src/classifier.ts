import { softmax, type Tensor2D, type Tensor4D, tidy, topk } from '@tensorflow/tfjs-core';
import { checkImages, Parameters, SrError } from 'sr-tensor';
import { adaptWeights } from './adapt-weights.js';
import type { EncoderWeights } from './create-encoder.js';
import { type FeatureNetwork, headParameters, shapeOf, sizeAfter } from './feature-network.js';
import { type Preprocessing, preprocess } from './preprocessing.js';
import { runHead, runLayers } from './run-layers.js';

/** What a classifier takes a picture for. */
export interface ClassGuess {
  /** In the order of ImageNet's synsets (`n01440764`, ...). */
  readonly index: number;
  /** The name in the list that was given, else `class INDEX`. */
  readonly name: string;
  readonly probability: number;
}

export interface ClassifierOptions {
  /** What is done to pictures in [0, 1]. Default: what the weights were trained with. */
  preprocessing?: Preprocessing;
  /** The names of the classes in order; see `parseClasses`. */
  classes?: readonly string[];
}

/** A network with its head. */
export interface Classifier {
  readonly name: string;
  readonly preprocessing: Preprocessing;
  /** Side of the pictures it was trained on. */
  readonly inputSize: number;
  /**
   * The best guesses for each picture, the best first.
   *
   * @param images `[batch, height, width, 3]`, RGB in [0, 1]: resized and cropped as the protocol says; AlexNet and VGG
   *   take 224 x 224 only
   */
  classify(images: Tensor4D, options?: { top?: number }): Promise<ClassGuess[][]>;
  /** `[batch, 1000]`, before softmax. */
  logits(images: Tensor4D): Tensor2D;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a classifier of a network's table and the weights of its whole file.
 *
 * @throws `weights/missing` for files without the head, `weights/shape`, `option/invalid` for a list of other length
 * @example
 * const classifier = createClassifier(squeezeNet, randomWeights(1));
 * const [guesses] = await classifier.classify(images, { top: 5 });
 */
export function createClassifier(
  network: FeatureNetwork,
  weights: EncoderWeights,
  { preprocessing, classes }: ClassifierOptions = {},
): Classifier {
  const { name, layers, head, inputSize, caffeMean } = network;
  const shape = shapeOf(layers);
  const units = sizeAfter(layers, inputSize) ** 2;
  const specs = { ...shape.parameters, ...headParameters(head, shape.channels, units) };
  const adapted = adaptWeights(network, weights, specs);
  const parameters =
    adapted instanceof Parameters ? adapted : Parameters.fromWeights(specs, adapted.tensors, { allowUnexpected: true });
  const used =
    preprocessing ?? ('preprocessing' in adapted ? adapted.preprocessing : undefined) ?? network.preprocessing;
  const needsInputSize = head.some(layer => layer.type === 'flatten');
  if (classes !== undefined && classes.length !== 1000) {
    throw new SrError({
      code: 'option/invalid',
      message: `${name}: expected the names of 1000 classes, received ${classes.length}.`,
    });
  }

  const logits = (images: Tensor4D): Tensor2D => {
    checkImages(images, name);
    checkClassifierSize(images);
    return tidy(() => {
      const p = parameters.scope();
      const x = preprocess(images, used, caffeMean);
      return runHead(head, runLayers(layers, x, { p, wanted: new Set(), found: () => undefined }), p);
    });
  };
  const checkClassifierSize = ({ shape: [, height, width] }: Tensor4D): void => {
    const fits = needsInputSize
      ? height === inputSize && width === inputSize
      : sizeAfter(layers, Math.min(height, width)) >= 1;
    if (fits) return;
    throw new SrError({
      code: 'tensor/shape',
      message: `${name}: expected pictures of ${inputSize} x ${inputSize} pixels, received ${height} x ${width}.`,
    });
  };
  const free = (): void => {
    if (!(weights instanceof Parameters)) parameters.dispose();
  };
  return {
    name,
    preprocessing: used,
    inputSize,
    logits,
    classify: async (images, { top = 5 } = {}) => {
      const best = tidy(() => topk(softmax(logits(images)), top));
      const [values, indices] = await Promise.all([best.values.data(), best.indices.data()]);
      best.values.dispose();
      best.indices.dispose();
      return Array.from({ length: images.shape[0] }, (_, picture) =>
        Array.from({ length: top }, (_, i) => {
          const index = indices[picture * top + i]!;
          return { index, name: classes?.[index] ?? `class ${index}`, probability: values[picture * top + i]! };
        }),
      );
    },
    dispose: free,
    [Symbol.dispose]: free,
  };
}

/**
 * The names of classes from a text with a line for each: `n01440764 tench, Tinca tinca` gives `tench`.
 *
 * @example
 * const classes = parseClasses('n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus');
 */
export function parseClasses(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .map(line =>
      line
        .replace(/^n\d{8}\s+/, '')
        .split(',')[0]!
        .trim(),
    );
}
