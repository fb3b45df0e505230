import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';

/**
 * A loss: how far a prediction is from its target, as a differentiable scalar.
 *
 * Both are images `[batch, height, width, 3]`, RGB; targets lie in [0, 1], predictions may leave it. Pure: no state,
 * nothing to dispose but the result.
 */
export type Loss = (prediction: Tensor4D, target: Tensor4D) => Scalar;

/** A loss that looks at the prediction alone. It is a `Loss` as well: whatever else it is given it ignores. */
export type PriorLoss = (prediction: Tensor4D) => Scalar;

/** A loss that also tells its terms by name. */
export interface LossWithTerms<Name extends string = string, Inputs extends readonly unknown[] = [Tensor4D, Tensor4D]> {
  (...inputs: Inputs): Scalar;
  /** The terms by name: their sum is the loss. */
  terms(...inputs: Inputs): Record<Name, Scalar>;
}
