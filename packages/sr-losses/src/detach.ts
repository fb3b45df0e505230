import { customGrad, reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The same values as a constant: no gradient flows back through it, and what led to it is not differentiated at all.
 *
 * An operation without inputs is never on the way from a variable to a loss; what runs inside it is not recorded.
 */
export function detach<T extends Tensor>(x: T): T {
  return customGrad(() => ({ value: reshape(x, x.shape), gradFunc: () => [] }))() as T;
}
