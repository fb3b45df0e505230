import { addN, mul, type Scalar, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, type Encoder, SrError } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { detach } from './detach.js';
import type { LossWithTerms } from './loss.js';
import { normOf } from './norm.js';
import { type FeatureUser, featuresOf } from './shared-features.js';
import { softmaxReweighed } from './softmax-reweighing.js';

export type DiscriminatorContentPreset = 'softmax' | 'average';

export interface DiscriminatorContentOptions<Layer extends string> {
  /**
   * The discriminator's taps (its convolutions before the batch norm, as published). It is run twice, on predictions and
   * targets: batch statistics are those of each. It leaves running statistics alone.
   */
  readonly encoder: Encoder<Layer>;
  /** Default: all of the encoder's. */
  readonly layers?: readonly Layer[];
  /** `'softmax'` (default): each layer by its share in the softmax of all; `'average'`: the plain mean over the layers. */
  readonly preset?: DiscriminatorContentPreset;
  /** The factor of each layer, from `calibrate`. Default 1. */
  readonly scales?: Readonly<Record<Layer, number>>;
}

export interface DiscriminatorContentLoss<Layer extends string> extends LossWithTerms<Layer>, FeatureUser {
  readonly scales: Readonly<Record<Layer, number>>;
  /**
   * The same loss with the scales 1 / (mean over the batches of the layer's own loss), for good: with the initial networks
   * every layer then counts about 1.
   *
   * @param batches pairs of predictions and targets, which are not disposed; ten are usual
   * @throws `losses/calibration` without a batch, or if a layer does not tell the pictures apart
   */
  calibrate(
    batches: Iterable<readonly [prediction: Tensor4D, target: Tensor4D]>,
  ): Promise<DiscriminatorContentLoss<Layer>>;
}

type Reweighing = <Name extends string>(losses: Record<Name, Scalar>) => Record<Name, Scalar>;

const presets: Readonly<Record<'softmax' | 'average', Reweighing>> = {
  softmax: softmaxReweighed,
  average: <Name extends string>(losses: Record<Name, Scalar>): Record<Name, Scalar> => {
    const count = Object.keys(losses).length;
    return mapValues(losses, loss => mul<Scalar>(loss, 1 / count));
  },
};

/**
 * The content loss by a discriminator's features.
 *
 * L_i = mean (f_i(prediction) - f_i(target))^2 for each layer, times its frozen scale s_i: sum of w_i s_i L_i, with w the
 * softmax of all s_i L_i held constant (`softmaxReweighed`), or 1 / n. Features of the target are constants.
 *
 * @returns a loss of two `[batch, height, width, 3]` with a term a layer; it throws `tensor/shape` if their shapes differ
 * @throws `losses/preset` for an unknown preset
 * @see Akella et al., "Adversarial feature matching" (content loss, re-scaling and softmax weights)
 * @example
 * const content = await discriminatorContent({ encoder: discriminatorTaps }).calibrate(firstTenBatches);
 * const loss = content(prediction, target);
 * save(content.scales); // later: discriminatorContent({ encoder, scales })
 */
export function discriminatorContent<Layer extends string>(
  options: DiscriminatorContentOptions<Layer>,
): DiscriminatorContentLoss<Layer> {
  const { encoder, layers = encoder.layers, preset = 'softmax' } = options;
  checkChoice('discriminatorContent', 'preset', preset, presets);
  const scales = options.scales ?? (Object.fromEntries(layers.map(layer => [layer, 1])) as Record<Layer, number>);

  const request = { encoder: encoder as unknown as Encoder, layers };

  const losses = (prediction: Tensor4D, target: Tensor4D): Record<Layer, Scalar> => {
    checkImages(prediction, 'discriminatorContent: prediction');
    checkSameShape(prediction, target, 'discriminatorContent: prediction and target');
    const of = featuresOf(request.encoder, prediction, layers);
    const wanted = featuresOf(request.encoder, target, layers);
    return Object.fromEntries(
      layers.map(layer => [layer, normOf(sub(of[layer]!, detach(wanted[layer]!)), 'l2')]),
    ) as Record<Layer, Scalar>;
  };
  const terms = (prediction: Tensor4D, target: Tensor4D): Record<Layer, Scalar> =>
    tidy(() =>
      presets[preset](mapValues(losses(prediction, target), (loss, layer) => mul<Scalar>(loss, scales[layer]))),
    );
  const total = (prediction: Tensor4D, target: Tensor4D): Scalar =>
    tidy(() => addN(Object.values<Scalar>(terms(prediction, target))));

  const calibrate: DiscriminatorContentLoss<Layer>['calibrate'] = async batches => {
    const sums = Object.fromEntries(layers.map(layer => [layer, 0])) as Record<Layer, number>;
    let count = 0;
    for (const [prediction, target] of batches) {
      const measured = tidy(() => losses(prediction, target));
      for (const layer of layers) sums[layer] += (await measured[layer].data())[0]!;
      for (const loss of Object.values<Scalar>(measured)) loss.dispose();
      count++;
    }
    const useless = layers.find(layer => !(sums[layer] > 0 && sums[layer] < Number.POSITIVE_INFINITY));
    if (useless !== undefined) {
      throw new SrError({
        code: 'losses/calibration',
        message: `discriminatorContent: expected batches whose predictions differ from their targets in the layer "${useless}", received ${count} batches with the sum ${sums[useless]}.`,
      });
    }
    return discriminatorContent({ ...options, scales: mapValues(sums, sum => count / sum) });
  };
  return Object.assign(total, { terms, scales, calibrate, features: [request] });
}

function mapValues<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  f: (value: From, name: Name) => To,
): Record<Name, To> {
  return Object.fromEntries(
    (Object.entries(record) as [Name, From][]).map(([name, value]) => [name, f(value, name)]),
  ) as Record<Name, To>;
}
