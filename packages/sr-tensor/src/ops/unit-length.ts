import { add, div, sqrt, square, sum, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * The features of each position as a vector of length 1: f / |f|, the length taken over the channels; 0 stays 0.
 *
 * The package lpips has f / (|f| + 1e-10). Under the root the constant does the same, and leaves the gradient finite where
 * all features are 0.
 *
 * @param features `[batch, height, width, channels]`
 * @see Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018, section 3
 * @example
 * const directions = unitLength(features);
 */
export function unitLength(features: Tensor4D): Tensor4D {
  return div(features, sqrt(add(sum(square(features), 3, true), 1e-20)));
}
