import { squaredDifference, type Tensor4D } from '@tensorflow/tfjs-core';
import { unitLength } from 'sr-tensor';

/** (f / |f| - g / |g|)^2, |f| being the length over the channels of a position. */
export function unitDifference(f: Tensor4D, g: Tensor4D): Tensor4D {
  return squaredDifference(unitLength(f), unitLength(g));
}
