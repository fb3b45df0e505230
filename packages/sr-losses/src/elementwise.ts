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

/** `mean`: over all elements, the batch included; `sum`: over all elements, the batch included. */
export type Reduction = 'mean' | 'sum';

interface Penalty {
  readonly name: string;
  /** rho, element by element. */
  readonly value: (difference: Tensor) => Tensor;
  /** rho', made of differentiable operations. */
  readonly derivative: (difference: Tensor) => Tensor;
  readonly reduction: Reduction;
}

/** The loss that applies a penalty to every difference and reduces the result to a scalar. */
export function elementwise({ name, value, derivative, reduction }: Penalty): Loss {
  const penalize = customGrad((...inputs) => {
    const [difference, save] = inputs as unknown as [Tensor, GradSaveFunc];
    save([difference]);
    const penalties = value(difference);
    return {
      value: (reduction === 'mean' ? mean(penalties) : sum(penalties)) as Scalar,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        mul(derivative(saved[0]!), reduction === 'mean' ? mul(dy, 1 / difference.size) : dy),
    };
  });
  return (prediction: Tensor4D, target: Tensor4D): Scalar => {
    checkImages(prediction, `${name}: prediction`);
    checkSameShape(prediction, target, `${name}: prediction and target`);
    return tidy(() => penalize(sub(prediction, target)));
  };
}
