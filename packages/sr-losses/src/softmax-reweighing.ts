import { mul, type Scalar, softmax, stack, type Tensor1D, tidy, unstack } from '@tensorflow/tfjs-core';
import { detach } from './detach.js';

/**
 * Gives each loss its share in the softmax of all of them, so that the largest counts most.
 *
 * term i becomes w_i L_i with w = softmax(L), held constant: the gradient of their sum is the sum of w_i times the gradient
 * of L_i, without the term w_i (L_i - sum) that the weights would add. Adding a number to all losses leaves w as it is.
 *
 * @returns the terms by name, weighted: their sum is the loss
 * @see Akella et al., the softmax weights of the content loss and their gradient (equation 7)
 * @example
 * const { early, late } = softmaxReweighed({ early: lossOfEarlyFeatures, late: lossOfLateFeatures });
 */
export function softmaxReweighed<Name extends string>(losses: Readonly<Record<Name, Scalar>>): Record<Name, Scalar> {
  return tidy(() => {
    const values = stack(Object.values<Scalar>(losses)) as Tensor1D;
    const weighted = unstack(mul(values, softmax(detach(values)))) as Scalar[];
    return Object.fromEntries(Object.keys(losses).map((name, i) => [name, weighted[i]!])) as Record<Name, Scalar>;
  });
}
