/**
 * Adversarial losses as functions of logits: what a discriminator says before any sigmoid, of any shape, the batch first.
 *
 * `fake` are the logits of predictions, `real` those of targets, each from its own batch (they never share batch statistics).
 */
import {
  add,
  customGrad,
  type GradSaveFunc,
  mean,
  mul,
  neg,
  type Scalar,
  sigmoid,
  softplus,
  square,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { relu, SrError } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { detach } from './detach.js';

export type AdversarialPreset =
  | 'vanilla'
  | 'saturating'
  | 'non-log'
  | 'lsgan'
  | 'lsgan-basicsr'
  | 'hinge'
  | 'wasserstein'
  | 'ragan'
  | 'ragan-paper';

/** What the discriminator minimises; its two terms add up to it. */
export interface DiscriminatorObjective {
  (fake: Tensor, real: Tensor): Scalar;
  terms(fake: Tensor, real: Tensor): { real: Scalar; fake: Scalar };
}

export interface AdversarialObjective {
  /** What the generator minimises. `real` is asked for by the relativistic presets only, and is a constant to it. */
  generator(fake: Tensor, real?: Tensor): Scalar;
  readonly discriminator: DiscriminatorObjective;
  /** Whether `generator` needs the logits of the targets. */
  readonly relativistic: boolean;
}

interface Rule {
  /** The discriminator's penalty of a real logit, of a fake one, and the generator's of a fake one; their means count. */
  readonly real: (logits: Tensor) => Tensor;
  readonly fake: (logits: Tensor) => Tensor;
  readonly fool: (logits: Tensor) => Tensor;
  /** Relativistic average: each logit minus the mean of the other side's, both sums times this share. */
  readonly relativistic?: number;
}

/** -log sigmoid(x) and -log(1 - sigmoid(x)): binary cross entropy with the labels 1 and 0. */
const isReal = (x: Tensor): Tensor => softplus(neg(x));
const isFake = (x: Tensor): Tensor => softplus(x);

/**
 * The logistic function. tfjs's own gradient is made of its output, through which a second derivative (a gradient penalty)
 * does not pass; this one is made of its input.
 */
const logistic = (x: Tensor): Tensor =>
  customGrad((...inputs) => {
    const [logits, save] = inputs as unknown as [Tensor, GradSaveFunc];
    save([logits]);
    return {
      value: sigmoid(logits),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, mul(logistic(saved[0]!), logistic(neg(saved[0]!)))),
    };
  })(x);

const presets: Readonly<Record<AdversarialPreset, Rule>> = {
  vanilla: { real: isReal, fake: isFake, fool: isReal },
  saturating: { real: isReal, fake: isFake, fool: x => neg(isFake(x)) },
  'non-log': { real: x => sub(1, logistic(x)), fake: logistic, fool: x => sub(1, logistic(x)) },
  lsgan: {
    real: x => mul(square(sub(x, 1)), 0.5),
    fake: x => mul(square(x), 0.5),
    fool: x => mul(square(sub(x, 1)), 0.5),
  },
  'lsgan-basicsr': { real: x => square(sub(x, 1)), fake: square, fool: x => square(sub(x, 1)) },
  hinge: { real: x => relu(sub(1, x)), fake: x => relu(add(x, 1)), fool: neg },
  wasserstein: { real: neg, fake: x => x, fool: neg },
  ragan: { real: isReal, fake: isFake, fool: isReal, relativistic: 0.5 },
  'ragan-paper': { real: isReal, fake: isFake, fool: isReal, relativistic: 1 },
};

/**
 * The two sides of adversarial training, as losses of logits.
 *
 * With D the logits, S the sigmoid, m the mean over the batch:
 *
 * | preset | discriminator | generator |
 * | --- | --- | --- |
 * | `vanilla` (default) | -m log S(real) - m log(1 - S(fake)) | -m log S(fake) |
 * | `saturating` | as `vanilla` | m log(1 - S(fake)) |
 * | `non-log` | 1 - m S(real) + m S(fake) | m (1 - S(fake)) |
 * | `lsgan` | m (real - 1)^2 / 2 + m fake^2 / 2 | m (fake - 1)^2 / 2 |
 * | `lsgan-basicsr` | m (real - 1)^2 + m fake^2 | m (fake - 1)^2 |
 * | `hinge` | m max(0, 1 - real) + m max(0, 1 + fake) | -m fake |
 * | `wasserstein` | m fake - m real; needs `gradientPenalty` | -m fake |
 * | `ragan` | (1/2) (-m log S(real - m fake) - m log(1 - S(fake - m real))) | the same with both sides swapped |
 * | `ragan-paper` | as `ragan` without 1/2 | as `ragan` without 1/2 |
 *
 * Where all logits are equal `ragan` is ln 2 on both sides, and adding a number to all logits changes nothing.
 *
 * @throws `losses/preset` for an unknown preset; `generator` throws `losses/real-logits` where it misses them
 * @see `vanilla`, `saturating`: Goodfellow et al. 2014; `non-log`: leftthomas/SRGAN; `lsgan`: Mao et al. 2017 (a = 0,
 *   b = c = 1), BasicSR leaves out the 1/2; `hinge`: Lim and Ye 2017; `wasserstein`: Arjovsky et al. 2017; `ragan`:
 *   ESRGAN's and SPSR's code; `ragan-paper`: Jolicoeur-Martineau 2018, ESRGAN (Wang et al. 2018) equations 1 and 2
 * @example
 * const gan = adversarial({ preset: 'ragan' });
 * const forGenerator = gan.generator(fakeLogits, realLogits);
 * const forDiscriminator = gan.discriminator(fakeLogits, realLogits);
 */
export function adversarial({ preset = 'vanilla' }: { preset?: AdversarialPreset } = {}): AdversarialObjective {
  checkChoice('adversarial', 'preset', preset, presets);
  const { real: whenReal, fake: whenFake, fool, relativistic }: Rule = presets[preset];

  const terms = (fake: Tensor, real: Tensor): { real: Scalar; fake: Scalar } =>
    tidy(() => {
      if (relativistic === undefined) return { real: mean(whenReal(real)), fake: mean(whenFake(fake)) };
      const [relativeReal, relativeFake] = [sub(real, mean(fake)), sub(fake, mean(real))];
      return {
        real: mul<Scalar>(mean(whenReal(relativeReal)), relativistic),
        fake: mul<Scalar>(mean(whenFake(relativeFake)), relativistic),
      };
    });

  const generator = (fake: Tensor, real?: Tensor): Scalar =>
    tidy(() => {
      if (relativistic === undefined) return mean(fool(fake));
      if (real === undefined) {
        throw new SrError({
          code: 'losses/real-logits',
          message: `adversarial: the generator's loss "${preset}" expects the logits of the targets as second argument.`,
        });
      }
      // What fools a relativistic discriminator is its own loss with the labels exchanged.
      const swapped = terms(detach(real), fake);
      return add<Scalar>(swapped.real, swapped.fake);
    });

  const discriminator = (fake: Tensor, real: Tensor): Scalar =>
    tidy(() => {
      const both = terms(fake, real);
      return add<Scalar>(both.real, both.fake);
    });

  return {
    generator,
    discriminator: Object.assign(discriminator, { terms }),
    relativistic: relativistic !== undefined,
  };
}
