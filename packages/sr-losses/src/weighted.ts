import { addN, mul, type Scalar, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { SrError } from 'sr-tensor';
import type { Loss, LossWithTerms } from './loss.js';
import { type FeatureUser, sharingFeatures } from './shared-features.js';

/** A sum of losses that also tells its terms, each times its weight. */
export interface WeightedLoss<Name extends string = string, Inputs extends readonly unknown[] = [Tensor4D, Tensor4D]>
  extends LossWithTerms<Name, Inputs>,
    FeatureUser {
  readonly weights: Readonly<Record<Name, number>>;
}

/**
 * A weighted sum of losses with a name each.
 *
 * loss = sum of weight * term. A term of weight 0 is not computed and does not occur among the terms. Losses that look at
 * features of the same encoder share them.
 *
 * All take the same inputs: (prediction, target), or what a training step has, such as (outputs, batch, context) for
 * losses that need masks, several outputs or the input. A loss that takes fewer fits as well.
 *
 * @param losses by name, `[weight, loss]`
 * @throws `losses/weight` for a weight that is not a finite number, or if none differs from 0
 * @example
 * const loss = weighted({ pixel: [1, l1()], smooth: [0.1, charbonnier()] });
 * const value = loss(prediction, target); // a scalar tensor
 * const { pixel, smooth } = loss.terms(prediction, target);
 */
export function weighted<Name extends string>(
  losses: Readonly<Record<Name, readonly [weight: number, loss: Loss]>>,
): WeightedLoss<Name>;
export function weighted<Name extends string, Inputs extends readonly unknown[]>(
  losses: Readonly<Record<Name, readonly [weight: number, loss: (...inputs: Inputs) => Scalar]>>,
): WeightedLoss<Name, Inputs>;
export function weighted<Name extends string, Inputs extends readonly unknown[]>(
  losses: Readonly<Record<Name, readonly [weight: number, loss: (...inputs: Inputs) => Scalar]>>,
): WeightedLoss<Name, Inputs> {
  const entries = Object.entries(losses) as [Name, readonly [number, (...inputs: Inputs) => Scalar]][];
  for (const [name, [weight]] of entries) {
    if (Number.isFinite(weight)) continue;
    throw new SrError({
      code: 'losses/weight',
      message: `weighted: expected a finite weight for "${name}", received ${weight}.`,
    });
  }
  const used = entries.filter(([, [weight]]) => weight !== 0);
  if (used.length === 0) {
    throw new SrError({
      code: 'losses/weight',
      message: 'weighted: expected at least one loss with a weight other than 0.',
    });
  }
  const features = used.flatMap(([, [, loss]]) => (loss as FeatureUser).features ?? []);
  const terms = (...inputs: Inputs): Record<Name, Scalar> =>
    tidy(() =>
      sharingFeatures(
        features,
        () =>
          Object.fromEntries(
            used.map(([name, [weight, loss]]) => {
              const value = loss(...inputs);
              return [name, weight === 1 ? value : mul(value, weight)];
            }),
          ) as Record<Name, Scalar>,
      ),
    );
  const total = (...inputs: Inputs): Scalar => tidy(() => addN(Object.values<Scalar>(terms(...inputs))));
  return Object.assign(total, {
    terms,
    features,
    weights: Object.fromEntries(entries.map(([name, [weight]]) => [name, weight])) as Record<Name, number>,
  });
}
