import { readWeights } from 'sr-tensor/weights';
import { readWeightsAt } from '#platform';
import { caffeNames } from './adapt-weights.js';
import { alexNet } from './alexnet.js';
import { createEncoder, type EncoderOptions, type EncoderWeights, type FeatureEncoder } from './create-encoder.js';
import { denseNet169 } from './densenet.js';
import { type FeatureNetwork, layersUpTo, shapeOf } from './feature-network.js';
import type { FileOptions } from './find-asset.js';
import { caffeGoogLeNet, googLeNet } from './googlenet.js';
import { resNet18, resNet50 } from './resnet.js';
import { squeezeNet } from './squeezenet.js';
import { vgg16, vgg19 } from './vgg.js';

/** A path, an address, a name of `knownFiles`, the bytes of a file, or what `createEncoder` takes. */
export type WeightSource = string | URL | Uint8Array | EncoderWeights;

export interface LoadEncoderOptions extends EncoderOptions, FileOptions {
  /** Default: the file of the publisher. */
  weights?: WeightSource;
}

/** AlexNet of torchvision; see `loadEncoder`. */
export function loadAlexNet(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(alexNet, options);
}

/** SqueezeNet 1.1 of torchvision, or with its weights that of Caffe; see `loadEncoder`. */
export function loadSqueezeNet(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(squeezeNet, options);
}

/** VGG-16 of torchvision, or with its weights that of Caffe; see `loadEncoder`. */
export function loadVgg16(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(vgg16, options);
}

/** VGG-19 of torchvision, or with its weights that of Caffe; see `loadEncoder`. */
export function loadVgg19(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(vgg19, options);
}

/** GoogLeNet of torchvision; see `loadEncoder`. */
export function loadGoogLeNet(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(googLeNet, options);
}

/** GoogLeNet of Caffe (BVLC); see `loadEncoder`. */
export function loadCaffeGoogLeNet(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(caffeGoogLeNet, options);
}

/** ResNet-18 of torchvision; see `loadEncoder`. */
export function loadResNet18(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(resNet18, options);
}

/** ResNet-50 of torchvision (its first weights; `weights: 'resnet50_v2'` for the second); see `loadEncoder`. */
export function loadResNet50(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(resNet50, options);
}

/** DenseNet-169 of torchvision; see `loadEncoder`. */
export function loadDenseNet169(options?: LoadEncoderOptions): Promise<FeatureEncoder> {
  return loadEncoder(denseNet169, options);
}

/**
 * A network as an encoder, with weights from wherever they lie: in Node the folders of SR_WEIGHTS_DIR, the cache, the
 * publisher; in browsers `baseUrl` or the publisher. The SHA-256 of published files is checked; of a safetensors file
 * at another address only the parts that are needed are fetched (`layers` says how deep the encoder goes).
 *
 * @throws `weights/unavailable` where there is no network (the message names the file, its hash and where to put it),
 *   `weights/hash`, `weights/missing`, `weights/shape`, `layer/unknown`, `fetch/failed`, `aborted`
 * @example
 * const encoder = await loadVgg19({ preprocessing: 'none', pooling: 'average', layers: ['relu3_4'] });
 * const { relu2_2, relu3_4 } = encoder(images, { layers: ['relu2_2', 'relu3_4'] });
 * encoder.dispose();
 */
export async function loadEncoder(network: FeatureNetwork, options: LoadEncoderOptions = {}): Promise<FeatureEncoder> {
  const { weights = network.name, layers } = options;
  const needed = layers === undefined ? network.layers : layersUpTo(network.layers, layers, network.name);
  const parameters = Object.keys(shapeOf(needed).parameters);
  return createEncoder(network, await resolveWeights(network, weights, parameters, options), options);
}

/** Reads weights that are not at hand yet: those of the parameters named, where the file can be read in parts. */
export async function resolveWeights(
  network: FeatureNetwork,
  weights: WeightSource,
  parameters: Iterable<string>,
  options: FileOptions,
): Promise<EncoderWeights> {
  if (weights instanceof Uint8Array) return readWeights(weights);
  if (typeof weights !== 'string' && !(weights instanceof URL)) return weights;
  const names = new Set(parameters);
  for (const [caffe, parameters] of caffeNames(network)) {
    for (const part of ['weight', 'bias']) if (names.has(`${parameters}.${part}`)) names.add(`${caffe}.${part}`);
  }
  const { rename = name => name } = network;
  const found = await readWeightsAt(weights, name => names.has(rename(name)), options);
  return 'bytes' in found ? readWeights(found.bytes) : found;
}
