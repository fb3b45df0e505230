import { add, div, sqrt, square, squaredDifference, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';

/** (f / |f| - g / |g|)^2, |f| being the length over the channels of a position. */
export function unitDifference(f: Tensor4D, g: Tensor4D): Tensor4D {
  return squaredDifference(unitLength(f), unitLength(g));
}

/**
 * The package lpips has f / (|f| + 1e-10). Under the root the constant does the same, and leaves the gradient finite where
 * all features are 0.
 */
function unitLength(features: Tensor4D): Tensor {
  return div(features, sqrt(add(sum(square(features), 3, true), 1e-20)));
}
