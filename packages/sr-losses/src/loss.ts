import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';

/**
 * A loss: how far a prediction is from its target, as a differentiable scalar.
 *
 * Both are images `[batch, height, width, 3]`, RGB; targets lie in [0, 1], predictions may leave it. Pure: no state,
 * nothing to dispose but the result.
 */
export type Loss = (prediction: Tensor4D, target: Tensor4D) => Scalar;
