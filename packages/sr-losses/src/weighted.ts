import { addN, mul, type Scalar, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { SrError } from 'sr-tensor';
import type { Loss } from './loss.js';

/** A sum of losses that also tells its terms. */
export interface WeightedLoss<Name extends string = string> extends Loss {
  /** The terms by name, each times its weight: their sum is the loss. */
  terms(prediction: Tensor4D, target: Tensor4D): Record<Name, Scalar>;
  readonly weights: Readonly<Record<Name, number>>;
}

/**
 * A weighted sum of losses with a name each.
 *
 * loss = sum of weight * term. A term of weight 0 is not computed and does not occur among the terms.
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
): WeightedLoss<Name> {
  const entries = Object.entries(losses) as [Name, readonly [number, Loss]][];
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
  const terms = (prediction: Tensor4D, target: Tensor4D): Record<Name, Scalar> =>
    tidy(
      () =>
        Object.fromEntries(
          used.map(([name, [weight, loss]]) => {
            const value = loss(prediction, target);
            return [name, weight === 1 ? value : mul(value, weight)];
          }),
        ) as Record<Name, Scalar>,
    );
  const total = (prediction: Tensor4D, target: Tensor4D): Scalar =>
    tidy(() => addN(Object.values<Scalar>(terms(prediction, target))));
  return Object.assign(total, {
    terms,
    weights: Object.fromEntries(entries.map(([name, [weight]]) => [name, weight])) as Record<Name, number>,
  });
}
