import { add, mean, moments, mul, rsqrt, sub, type Tensor4D } from '@tensorflow/tfjs-core';
import { defineOperation } from './operation.js';

interface NormalizeAttributes {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

/**
 * Zero mean and unit variance over some axes: n(x) = (x - mean) / sqrt(variance + epsilon), the variance divided by the
 * count. The core of batch and instance normalisation.
 */
export const normalize: (inputs: { x: Tensor4D }, attributes: NormalizeAttributes) => Tensor4D =
  /* @__PURE__ */ defineOperation({
    name: 'sr.normalize',
    forward: ({ x }, { axes, epsilon }) => {
      const statistics = moments(x, [...axes], true);
      return mul(sub(x, statistics.mean), rsqrt(add(statistics.variance, epsilon)));
    },
    gradient: (dy, { x }, attributes) => ({ x: () => normalizeGradient({ dy, x }, attributes) }),
  });

/**
 * Its gradient in one formula instead of through mean and variance (Ioffe and Szegedy 2015, section 3, simplified):
 * dx = (dy - mean(dy) - n mean(dy n)) / sqrt(variance + epsilon). In terms of x and dy only, so that it is differentiable
 * with respect to both.
 */
export function normalizeGradient({ dy, x }: { dy: Tensor4D; x: Tensor4D }, attributes: NormalizeAttributes): Tensor4D {
  const axes = [...attributes.axes];
  const normalized = normalize({ x }, attributes);
  const inverse = rsqrt(add(moments(x, axes, true).variance, attributes.epsilon));
  const along = mul(normalized, mean(mul(dy, normalized), axes, true));
  return mul(sub(sub(dy, mean(dy, axes, true)), along), inverse);
}
