import {
  add,
  grad,
  mean,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkSameShape, type Random, relu } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { detach } from './detach.js';
import { power } from './power.js';

export type GradientPenaltyPreset = keyof typeof presets;

export interface GradientPenaltyOptions {
  /**
   * - `'wgan-gp'` (default): (|g| - 1)^2 with the norm over a whole image (Gulrajani et al. 2017, equation 3)
   * - `'one-sided'`: max(0, |g| - 1)^2 (ibid., section 4, "two-sided penalty"; Petzka et al. 2018)
   * - `'basicsr'`: (|g| - 1)^2 with the norm over the channels of each pixel (BasicSR `gradient_penalty_loss`)
   */
  preset?: GradientPenaltyPreset;
  /** Lambda. Default 10 (Gulrajani et al. 2017, section 4). */
  weight?: number;
}

const presets = {
  'wgan-gp': { axes: [1, 2, 3], excess: (norm: Tensor): Tensor => sub(norm, 1) },
  'one-sided': { axes: [1, 2, 3], excess: (norm: Tensor): Tensor => relu(sub(norm, 1)) },
  basicsr: { axes: [3], excess: (norm: Tensor): Tensor => sub(norm, 1) },
} as const;

/**
 * The penalty that keeps a Wasserstein critic's slope near 1 between fake and real pictures.
 *
 * weight * mean (|gradient of D at x| - 1)^2 at x = e real + (1 - e) fake, one e in [0, 1) an image. Its own gradient (for
 * the critic's parameters) is a second derivative: the critic must be made of operations that have one, as those of
 * sr-tensor do. Without batch statistics in the critic, since a penalty is of one image.
 *
 * @param fake what the critic judges of the predictions, `[batch, height, width, channels]`; a constant to the penalty
 * @param real of the targets, the same shape
 * @param options.critic gives a logit an image or more
 * @param options.random draws e
 * @throws `tensor/shape` if the shapes differ, `losses/preset` for an unknown preset
 * @example
 * const penalty = gradientPenalty(fake, real, { critic, random: new Random(1) });
 */
export function gradientPenalty(
  fake: Tensor4D,
  real: Tensor4D,
  {
    critic,
    random,
    preset = 'wgan-gp',
    weight = 10,
  }: GradientPenaltyOptions & { critic: (images: Tensor4D) => Tensor; random: Random },
): Scalar {
  checkChoice('gradientPenalty', 'preset', preset, presets);
  checkSameShape(fake, real, 'gradientPenalty: fake and real');
  const { axes, excess } = presets[preset];
  const shares = Float32Array.from({ length: fake.shape[0] }, () => random.uniform());
  return tidy(() => {
    const share = tensor4d(shares, [shares.length, 1, 1, 1]);
    const between = detach(add(mul(real, share), mul(fake, sub(1, share))));
    const slopes = grad((x: Tensor) => sum(critic(x as Tensor4D)))(between);
    const norms = power(sum(square(slopes), [...axes]), 1 / 2);
    return mul<Scalar>(mean(square(excess(norms))), weight);
  });
}
