import { type ParameterSpecs, Parameters } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import type { EncoderWeights } from './create-encoder.js';
import type { FeatureNetwork, HeadLayer, Layer } from './feature-network.js';
import type { Preprocessing } from './preprocessing.js';

/** Weights under PyTorch's names, and the preprocessing of their training where the file tells. */
export interface AdaptedWeights {
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  readonly preprocessing?: Preprocessing;
}

/**
 * Brings weights to PyTorch's names: files with the names of Caffe's model (`conv1_1.weight`, `fire2/expand1x1.bias`) hold
 * networks that were trained on BGR minus a mean, as do those whose header speaks of BGR.
 */
export function adaptWeights(
  network: FeatureNetwork,
  weights: EncoderWeights,
  specs: ParameterSpecs,
): AdaptedWeights | Parameters {
  if (weights instanceof Parameters) return weights;
  if (typeof weights === 'function') return { tensors: weights(specs) };
  const [published, metadata] = 'tensors' in weights ? [weights.tensors, weights.metadata] : [weights, {}];
  const { rename = name => name } = network;
  const tensors = new Map([...published].map(([name, tensor]) => [rename(name), tensor]));
  const renamed = new Map<string, WeightTensor>();
  for (const [caffe, parameters] of caffeNames(network)) {
    for (const part of ['weight', 'bias']) {
      const tensor = tensors.get(`${caffe}.${part}`);
      if (tensor !== undefined) renamed.set(`${parameters}.${part}`, tensor);
    }
  }
  if (renamed.size > 0) return { tensors: renamed, preprocessing: 'caffe' };
  return /\bBGR\b/.test(Object.values(metadata).join(' ')) ? { tensors, preprocessing: 'caffe' } : { tensors };
}

/** Caffe's name and PyTorch's of every layer that has both and in which they differ. */
export function caffeNames({ layers, head }: FeatureNetwork): [caffe: string, parameters: string][] {
  const names = (layer: Layer | HeadLayer): [string, string][] => {
    if (layer.type === 'parallel') return layer.branches.flat().flatMap(names);
    return layer.type === 'conv' && layer.caffe !== undefined ? [[layer.caffe, layer.parameters]] : [];
  };
  return [...layers, ...head].flatMap(names);
}
