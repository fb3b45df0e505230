/** The adversarial losses of pictures: they run the discriminator, on fake and real pictures as separate batches. */
import { addN, type Scalar, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { type ApplyContext, checkImages, checkSameShape, type Random, SrError } from 'sr-tensor';
import { type AdversarialPreset, adversarial } from './adversarial.js';
import { detach } from './detach.js';
import { type GradientPenaltyOptions, gradientPenalty } from './gradient-penalty.js';
import type { Loss } from './loss.js';

/**
 * A discriminator with its parameters, as a function: logits of any shape, the batch first.
 *
 * `context` is that of a network: in training it normalises by the statistics of the batch it is given, and hands the new
 * running statistics to `update`.
 */
export type Discriminator = (images: Tensor4D, context: ApplyContext) => Tensor;

export interface AdversarialLossOptions {
  readonly discriminator: Discriminator;
  /** Default `'vanilla'`; see `adversarial`. */
  readonly preset?: AdversarialPreset;
  /**
   * What of the pictures the discriminator looks at; default the pictures. SPSR has one that looks at
   * `images => gradientMap(images, { padding: 2 })`, and one that looks at structure features.
   */
  readonly view?: (images: Tensor4D) => Tensor4D;
  /** How the discriminator normalises. Default `'training'`, by the statistics of each batch, as in all published code. */
  readonly mode?: ApplyContext['mode'];
}

/**
 * The generator's adversarial loss of pictures.
 *
 * The discriminator's running statistics are left alone. Its parameters are not: take the gradient for the generator's
 * only. The targets are judged by the relativistic presets alone, as constants.
 *
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ
 * @throws `losses/preset` for an unknown preset
 * @example
 * const loss = weighted({ pixel: [0.01, l1()], adversarial: [0.005, adversarialLoss({ discriminator, preset: 'ragan' })] });
 */
export function adversarialLoss({
  discriminator,
  preset = 'vanilla',
  view = images => images,
  mode = 'training',
}: AdversarialLossOptions): Loss {
  const objective = adversarial({ preset });
  const judge = (images: Tensor4D): Tensor => discriminator(view(images), { mode, update: () => {} });
  return (prediction: Tensor4D, target: Tensor4D): Scalar => {
    check(prediction, target, 'adversarialLoss');
    return tidy(() =>
      objective.relativistic
        ? objective.generator(judge(prediction), judge(detach(target)))
        : objective.generator(judge(prediction)),
    );
  };
}

export interface DiscriminatorLossOptions extends AdversarialLossOptions {
  /** Added to the loss; default `{}` (the penalty of the paper) for `'wasserstein'` and none for all others. */
  readonly penalty?: GradientPenaltyOptions | false;
}

export interface DiscriminatorStep {
  /**
   * Receives the new running statistics: those of the real batch, then those of the fake one, both made from what the
   * discriminator read. For PyTorch's, which moves twice, let it read what was handed over before. Keep them (`tf.keep`)
   * as they come: the loss is computed inside a tidy.
   */
  readonly update?: ApplyContext['update'];
  /** Draws the points of the penalty. */
  readonly random?: Random;
}

/** What a discriminator minimises, as a function of predictions, targets and what the step brings. */
export interface DiscriminatorLoss {
  (prediction: Tensor4D, target: Tensor4D, step?: DiscriminatorStep): Scalar;
  /** The terms by name: their sum is the loss. */
  terms(prediction: Tensor4D, target: Tensor4D, step?: DiscriminatorStep): Record<string, Scalar>;
  /** Whether it takes random numbers: for its penalty. */
  readonly isRandom: boolean;
}

/**
 * The discriminator's loss of pictures, with the terms `real`, `fake` and, where there is one, `penalty`.
 *
 * Both pictures are constants to it: gradients reach the discriminator's parameters only.
 *
 * @returns a function of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ, and
 *   `losses/random` where a penalty misses its random numbers
 * @throws `losses/preset` for an unknown preset
 * @example
 * const loss = discriminatorLoss({ discriminator, preset: 'wasserstein', penalty: { weight: 10 } });
 * const { real, fake, penalty } = loss.terms(prediction, target, { random, update });
 */
export function discriminatorLoss({
  discriminator,
  preset = 'vanilla',
  view = images => images,
  mode = 'training',
  penalty = preset === 'wasserstein' ? {} : false,
}: DiscriminatorLossOptions): DiscriminatorLoss {
  const objective = adversarial({ preset });
  const terms = (
    prediction: Tensor4D,
    target: Tensor4D,
    { update = () => {}, random }: DiscriminatorStep = {},
  ): Record<string, Scalar> => {
    check(prediction, target, 'discriminatorLoss');
    return tidy(() => {
      const [fake, real] = [detach(view(prediction)), detach(view(target))];
      const realLogits = discriminator(real, { mode, update });
      const both = objective.discriminator.terms(discriminator(fake, { mode, update }), realLogits);
      if (penalty === false) return both;
      if (random === undefined) {
        throw new SrError({
          code: 'losses/random',
          message: 'discriminatorLoss: the gradient penalty expects { random } as third argument (new Random(seed)).',
        });
      }
      const critic = (images: Tensor4D): Tensor => discriminator(images, { mode, update: () => {} });
      return { ...both, penalty: gradientPenalty(fake, real, { ...penalty, critic, random }) };
    });
  };
  const total = (prediction: Tensor4D, target: Tensor4D, step?: DiscriminatorStep): Scalar =>
    tidy(() => addN(Object.values(terms(prediction, target, step))));
  return Object.assign(total, { terms, isRandom: penalty !== false });
}

function check(prediction: Tensor4D, target: Tensor4D, what: string): void {
  checkImages(prediction, `${what}: prediction`);
  checkSameShape(prediction, target, `${what}: prediction and target`);
}
