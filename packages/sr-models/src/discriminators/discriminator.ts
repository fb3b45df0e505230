/** What every discriminator is: a network from a batch of images or feature maps to logits. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ApplyContext, Parameters, Scope } from 'sr-tensor';
import type { TappedNetwork } from '../tapped-network.js';

/** A discriminator as data. Its default taps are its convolutions, before normalisation and activation. */
export interface Discriminator extends TappedNetwork {
  /**
   * The logits (before any sigmoid) of a batch `[batch, height, width, channels]` in [0, 1]: `[batch, 1]`, or of patches
   * `[batch, height', width', 1]`. Intermediate values are the caller's to tidy.
   *
   * In training, batch norms normalise by the batch and spectral norms take a step; the new buffers go to `context.update`.
   * Whoever trains a generator ignores them.
   */
  apply(x: Tensor4D, p: Scope, context: ApplyContext): Tensor;
}

export interface DiscriminatorModel {
  readonly network: Discriminator;
  readonly parameters: Parameters;
}

/**
 * A discriminator and its parameters as the function that the adversarial losses of `sr-losses` take.
 *
 * @example
 * const network = vggDiscriminator({ size: 32, features: 8 });
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 * const loss = discriminatorLoss({ discriminator: judge({ network, parameters }), preset: 'ragan' });
 * const value = loss(prediction, target);
 */
export function judge({
  network,
  parameters,
}: DiscriminatorModel): (images: Tensor4D, context: ApplyContext) => Tensor {
  return (images, context) => network.apply(images, parameters.scope(), context);
}
