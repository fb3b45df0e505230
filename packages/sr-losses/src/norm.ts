/** The two norms of the published losses of features and gradient maps, as means over all elements. */
import { abs, mul, type Scalar, sign, square, type Tensor } from '@tensorflow/tfjs-core';
import { type Penalty, penalize } from './elementwise.js';

/** `l1`: mean |a - b|; `l2`: mean (a - b)^2, without a root. */
export type Norm = 'l1' | 'l2';

export const norms: Readonly<Record<Norm, Penalty>> = {
  l1: { value: abs, derivative: sign, reduction: 'mean' },
  l2: { value: square, derivative: difference => mul(difference, 2), reduction: 'mean' },
};

/** The mean of |x| or x^2. */
export function normOf(difference: Tensor, norm: Norm): Scalar {
  return penalize(difference, norms[norm]);
}
