/**
 * Losses of the form reduce(rho(prediction - target)), as one operation with its own gradient.
 *
 * The gradient needs rho' alone. tfjs itself would differentiate the mean by filling a tensor with ones, and |x| by
 * `step(x, -1)`, which is -1 instead of 0 where prediction and target agree (tfjs 4.22).
 */
import {
  customGrad,
  type GradSaveFunc,
  mean,
  mul,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape } from 'sr-tensor';
import type { Loss } from './loss.js';

/** `mean` and `sum`: over all elements, the batch included; `batch-mean`: the sum over each image, their mean. */
export type Reduction = 'mean' | 'sum' | 'batch-mean';

export interface Penalty {
  /** rho, element by element. */
  readonly value: (difference: Tensor) => Tensor;
  /** rho', made of differentiable operations. */
  readonly derivative: (difference: Tensor) => Tensor;
  readonly reduction: Reduction;
}

/** The loss that applies a penalty to every difference and reduces the result to a scalar. */
export function elementwise({ name, ...penalty }: Penalty & { readonly name: string }): Loss {
  return (prediction: Tensor4D, target: Tensor4D): Scalar => {
    checkImages(prediction, `${name}: prediction`);
    checkSameShape(prediction, target, `${name}: prediction and target`);
    return tidy(() => penalize(sub(prediction, target), penalty));
  };
}

/** reduce(rho(difference)) of a tensor whose first axis is the batch. */
export function penalize(difference: Tensor, { value, derivative, reduction }: Penalty): Scalar {
  const share = { mean: 1 / difference.size, sum: 1, 'batch-mean': 1 / difference.shape[0]! }[reduction];
  const operation = customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [Tensor, GradSaveFunc];
    save([x]);
    const penalties = value(x);
    return {
      value: reduction === 'mean' ? mean<Scalar>(penalties) : mul<Scalar>(sum(penalties), share),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(derivative(saved[0]!), mul(dy, share)),
    };
  });
  return operation(difference) as Scalar;
}
