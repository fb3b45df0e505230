import { dispose, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages, type Encoder, type ParameterSpecs, Parameters, SrError } from 'sr-tensor';
import type { WeightFile, WeightTensor } from 'sr-tensor/weights';
import { adaptWeights } from './adapt-weights.js';
import {
  type FeatureNetwork,
  type Layer,
  layersUpTo,
  type Pooling,
  shapeOf,
  sizeAfter,
  type TapGeometry,
  tapsOf,
  withPooling,
} from './feature-network.js';
import { type Preprocessing, preprocess } from './preprocessing.js';
import { runLayers } from './run-layers.js';

/** Weights by their names in the reference checkpoint, or what makes them when the shapes are known. */
export type EncoderWeights =
  | ReadonlyMap<string, WeightTensor>
  | WeightFile
  | ((specs: ParameterSpecs) => ReadonlyMap<string, WeightTensor>)
  | Parameters;

export interface EncoderOptions {
  /** What is done to pictures in [0, 1]. Default: what the weights were trained with. */
  preprocessing?: Preprocessing;
  /** What stands between the stages. Default `max`, as the networks were trained. */
  pooling?: Pooling;
  /** Leaves out everything deeper than these taps, weights too. Default: all taps. */
  layers?: readonly string[];
}

/** A pretrained network as an encoder. */
export interface FeatureEncoder extends Encoder {
  readonly preprocessing: Preprocessing;
  readonly pooling: Pooling;
  geometry(layer: string): TapGeometry;
  /** The side of the smallest picture of which this tap has a unit. */
  leastSize(layer: string): number;
  [Symbol.dispose](): void;
}

/**
 * Makes an encoder of a network's table and weights that are at hand.
 *
 * `encoder(images, { layers })` takes `[batch, height, width, 3]`, RGB in [0, 1], runs once and only as deep as asked, and
 * gives the maps `[batch, height', width', channels]` by name; the caller owns them. It is differentiable with respect to
 * the images, as often as needed; its weights are constants. `encoder.dispose()` frees them, unless they came as
 * `Parameters`, which stay the caller's.
 *
 * @param network `vgg19` and so on
 * @param weights the tensors of a file (PyTorch's or Caffe's names), parameters, or a function such as `randomWeights(1)`
 *   of `sr-tensor/testing`
 * @throws `weights/missing` or `weights/shape` for weights of another network, `layer/unknown`; the encoder throws
 *   `layer/unknown` (with the names there are) and `tensor/shape` (with the least size)
 * @example
 * const encoder = createEncoder(squeezeNet, randomWeights(1), { pooling: 'average' });
 * const { relu1, fire5 } = encoder(images, { layers: ['relu1', 'fire5'] });
 */
export function createEncoder(
  network: FeatureNetwork,
  weights: EncoderWeights,
  { preprocessing, pooling = 'max', layers: deepest }: EncoderOptions = {},
): FeatureEncoder {
  const { name, caffeMean } = network;
  const all = withPooling(network.layers, pooling);
  const layers = deepest === undefined ? all : layersUpTo(all, deepest, name);
  const { parameters: specs, taps } = shapeOf(layers);
  const adapted = adaptWeights(network, weights, specs);
  const parameters =
    adapted instanceof Parameters ? adapted : Parameters.fromWeights(specs, adapted.tensors, { allowUnexpected: true });
  const scope = parameters.scope();
  const used =
    preprocessing ?? (adapted instanceof Parameters ? undefined : adapted.preprocessing) ?? network.preprocessing;

  const encode = (images: Tensor4D, { layers: wanted }: { layers: readonly string[] }): Record<string, Tensor4D> => {
    checkImages(images, name);
    const needed = layersUpTo(layers, wanted, name);
    checkSize(images, needed, name);
    const maps: Record<string, Tensor4D> = {};
    return tidy(() => {
      const x = preprocess(images, used, caffeMean);
      const found = (tap: string, value: Tensor4D): void => {
        maps[tap] = value;
      };
      dispose([runLayers(needed, x, { p: scope, wanted: new Set(wanted), found }), x]);
      return maps;
    });
  };
  const free = (): void => {
    if (!(weights instanceof Parameters)) parameters.dispose();
  };
  return Object.assign(encode, {
    encoderName: name,
    layers: tapsOf(layers),
    preprocessing: used,
    pooling,
    geometry: (layer: string): TapGeometry => {
      layersUpTo(layers, [layer], name);
      return taps.get(layer)!;
    },
    leastSize: (layer: string): number => leastSize(layersUpTo(layers, [layer], name)),
    dispose: free,
    [Symbol.dispose]: free,
  });
}

/** The side of the smallest picture that these layers leave something of. */
function leastSize(layers: readonly Layer[]): number {
  let size = 1;
  while (sizeAfter(layers, size) < 1) size++;
  return size;
}

function checkSize({ shape }: Tensor4D, layers: readonly Layer[], name: string): void {
  const [, height, width] = shape;
  if (sizeAfter(layers, Math.min(height, width)) >= 1) return;
  const least = leastSize(layers);
  throw new SrError({
    code: 'tensor/shape',
    message: `${name}: expected pictures of at least ${least} x ${least} pixels for the layers asked for, received ${height} x ${width}.`,
  });
}
