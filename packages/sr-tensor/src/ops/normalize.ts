import { add, mul, rsqrt, square, sub, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type ChannelAxes, channelMean } from './channel-sum.js';
import { biasGradient } from './conv2d-kernels.js';
import { defineOperation } from './operation.js';
import { perChannel } from './per-channel.js';

interface NormalizeAttributes {
  readonly axes: ChannelAxes;
  readonly epsilon: number;
}

interface NormalizeInputs {
  readonly x: Tensor4D;
  /** `[channels]`, multiplied with what is normalised. */
  readonly weight?: Tensor | undefined;
  /** `[channels]`, added after that. */
  readonly bias?: Tensor | undefined;
}

/**
 * Zero mean and unit variance over some axes: n(x) = (x - mean) / sqrt(variance + epsilon), the variance divided by the
 * count; then weight n + bias. The core of batch and instance normalisation.
 */
export const normalize: (inputs: NormalizeInputs, attributes: NormalizeAttributes) => Tensor4D =
  /* @__PURE__ */ defineOperation({
    name: 'sr.normalize',
    forward: ({ x, weight, bias }, attributes) => {
      const { centred, inverse } = statistics(x, attributes);
      const scaled = mul<Tensor4D>(centred, weight === undefined ? inverse : mul(inverse, perChannel(weight)));
      return bias === undefined ? scaled : add(scaled, perChannel<Tensor4D>(bias));
    },
    gradient: (dy, { x, weight }, attributes) => ({
      x: () =>
        normalizeGradient({ dy: weight === undefined ? dy : mul(dy, perChannel<Tensor4D>(weight)), x }, attributes),
      weight: () => biasGradient({ dy: mul(dy, normalize({ x }, attributes)) }, {}),
      bias: () => biasGradient({ dy }, {}),
    }),
  });

/**
 * Its gradient in one formula instead of through mean and variance (Ioffe and Szegedy 2015, section 3, simplified):
 * dx = (dy - mean(dy) - n mean(dy n)) / sqrt(variance + epsilon). In terms of x and dy only, so that it is differentiable
 * with respect to both.
 */
export function normalizeGradient({ dy, x }: { dy: Tensor4D; x: Tensor4D }, attributes: NormalizeAttributes): Tensor4D {
  const { axes } = attributes;
  const normalized = normalize({ x }, attributes);
  const along = mul(normalized, channelMean(mul(dy, normalized), axes));
  return mul(sub(sub(dy, channelMean(dy, axes)), along), statistics(x, attributes).inverse);
}

/** x - mean and 1 / sqrt(variance + epsilon). */
function statistics(x: Tensor4D, { axes, epsilon }: NormalizeAttributes): { centred: Tensor4D; inverse: Tensor4D } {
  const centred = sub<Tensor4D>(x, channelMean(x, axes));
  return { centred, inverse: rsqrt(add(channelMean(square(centred), axes), epsilon)) };
}
