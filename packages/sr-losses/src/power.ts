import { add, mul, pow, sqrt, step, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x^exponent for x >= 0, whose derivative at 0 is 0 for every exponent; that of a root would be infinite there.
 *
 * Made of operations that can be differentiated twice, which tfjs's `where` and `maximum` cannot.
 */
export function power(x: Tensor, exponent: number): Tensor {
  if (exponent === 1) return x;
  const isPositive = step(x);
  // 1 instead of 0: finite whatever is done to it, and then left out.
  const base = add(x, sub(1, isPositive));
  return mul(isPositive, exponent === 1 / 2 ? sqrt(base) : pow(base, exponent));
}
