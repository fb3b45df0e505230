/** Losses of the features of an encoder: the weighted sum over layers of the distance of what is kept of each layer. */
import { addN, dispose, mul, type Scalar, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, type Encoder, SrError } from 'sr-tensor';
import type { Loss, PriorLoss } from './loss.js';
import { type FeatureUser, featuresOf } from './shared-features.js';

/** A loss of a fixed target; `dispose` frees what is kept of it. */
export interface PreparedLoss extends PriorLoss, FeatureUser {
  dispose(): void;
}

/** A loss over the features of an encoder. */
export interface EncoderLoss extends Loss, FeatureUser {
  /**
   * The same loss for one target, whose features are computed now and once.
   *
   * @param target `[1 or batch, height, width, 3]`
   */
  prepare(target: Tensor4D): PreparedLoss;
}

/** Layers with their weights, or layers that all have the weight of the preset. */
export type LayerWeights<Layer extends string> = readonly Layer[] | Readonly<Partial<Record<Layer, number>>>;

export interface EncoderLossDefinition {
  /** How messages call the loss. */
  readonly name: string;
  readonly encoder: Encoder;
  readonly weights: ReadonlyMap<string, number>;
  /** What is kept of the features of a layer. */
  readonly describe: (features: Tensor4D) => Tensor;
  /** The distance of two descriptions; that of the target may be one for the whole batch. */
  readonly compare: (prediction: Tensor, target: Tensor) => Scalar;
  /** Whether prediction and target may differ in height and width. */
  readonly anySize: boolean;
}

/** Builds a loss from what it does with one layer. */
export function encoderLoss(definition: EncoderLossDefinition): EncoderLoss {
  const { name, encoder, weights, describe, compare, anySize } = definition;
  const layers = [...weights.keys()];

  const described = (images: Tensor4D): Tensor[] => {
    const features = featuresOf(encoder, images, layers);
    return layers.map(layer => tidy(() => describe(features[layer]!)));
  };
  const distance = (predictions: Tensor[], targets: Tensor[]): Scalar =>
    addN(layers.map((layer, i) => mul<Scalar>(compare(predictions[i]!, targets[i]!), weights.get(layer)!)));

  const loss = (prediction: Tensor4D, target: Tensor4D): Scalar => {
    checkImages(prediction, `${name}: prediction`);
    if (anySize) checkTarget(name, prediction, target);
    else checkSameShape(prediction, target, `${name}: prediction and target`);
    return tidy(() => distance(described(prediction), described(target)));
  };

  const prepare = (target: Tensor4D): PreparedLoss => {
    checkImages(target, `${name}.prepare: target`);
    const targets = tidy(() => described(target).map(description => description.clone()));
    const prepared = (prediction: Tensor4D): Scalar => {
      checkImages(prediction, `${name}: prediction`);
      if (anySize) checkTarget(name, prediction, target);
      else checkSize(name, prediction, target);
      return tidy(() => distance(described(prediction), targets));
    };
    return Object.assign(prepared, { features: requests, dispose: () => dispose(targets) });
  };

  const requests = [{ encoder, layers }];
  return Object.assign(loss, { prepare, features: requests });
}

/** The layers and weights of the options, or else those of the preset. */
export function layerWeights<Layer extends string>(
  name: string,
  given: LayerWeights<Layer> | undefined,
  preset: { readonly layers: readonly string[]; readonly weight: (layer: string) => number },
): ReadonlyMap<string, number> {
  const isList = given === undefined || Array.isArray(given);
  const entries: [string, number][] = isList
    ? ((given as readonly string[] | undefined) ?? preset.layers).map(layer => [layer, preset.weight(layer)])
    : Object.entries<number>(given as Record<string, number>);
  if (entries.length > 0 && entries.every(([, weight]) => Number.isFinite(weight))) return new Map(entries);
  throw new SrError({
    code: 'losses/layers',
    message: `${name}: expected layers, or layers with finite weights, received ${JSON.stringify(given)}.`,
  });
}

function checkTarget(name: string, { shape: [batch] }: Tensor4D, target: Tensor4D): void {
  checkImages(target, `${name}: target`);
  if (target.shape[0] === 1 || target.shape[0] === batch) return;
  throw new SrError({
    code: 'tensor/shape',
    message: `${name}: expected a target of 1 or ${batch} images, received ${target.shape[0]}.`,
  });
}

function checkSize(name: string, { shape: [batch, height, width] }: Tensor4D, { shape }: Tensor4D): void {
  if (shape[1] === height && shape[2] === width && (shape[0] === 1 || shape[0] === batch)) return;
  throw new SrError({
    code: 'tensor/shape',
    message: `${name}: expected a prediction of the size of the target, ${shape[2]} x ${shape[1]}, received ${width} x ${height}.`,
  });
}
