import { abs, sign } from '@tensorflow/tfjs-core';
import { elementwise, type Reduction } from './elementwise.js';
import type { Loss } from './loss.js';

/**
 * The absolute error.
 *
 * L1 = mean |prediction - target|. Its gradient is sign(prediction - target) / N, and 0 where both agree (as in PyTorch).
 *
 * @param options.reduction `'mean'` over all elements of the batch (default), `'sum'`, or `'batch-mean'`, the mean of sums
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ
 * @example
 * const loss = l1();
 * const value = loss(prediction, target); // a scalar tensor
 */
export function l1({ reduction = 'mean' }: { reduction?: Reduction } = {}): Loss {
  return elementwise({ name: 'l1', value: abs, derivative: sign, reduction });
}
