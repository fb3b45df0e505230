import { mul, square } from '@tensorflow/tfjs-core';
import { elementwise, type Reduction } from './elementwise.js';
import type { Loss } from './loss.js';

/**
 * The squared error.
 *
 * L2 = mean (prediction - target)^2, the MSE; without a factor 1/2 and without a root.
 *
 * @param options.reduction `'mean'` over all elements of the batch (default), `'sum'`, or `'batch-mean'`, the mean of sums
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ
 * @example
 * const loss = l2();
 * const value = loss(prediction, target); // a scalar tensor
 */
export function l2({ reduction = 'mean' }: { reduction?: Reduction } = {}): Loss {
  return elementwise({ name: 'l2', value: square, derivative: difference => mul(difference, 2), reduction });
}
