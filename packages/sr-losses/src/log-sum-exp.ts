import { add, exp, log, max, squeeze, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { detach } from './detach.js';

/** log sum exp over the last axis. The largest, taken out against overflow, cancels: it is a constant to the gradient. */
export function logSumExp(x: Tensor): Tensor {
  const largest = detach(max(x, -1, true));
  return add(log(sum(exp(sub(x, largest)), -1)), squeeze(largest, [-1]));
}
