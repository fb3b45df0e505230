/**
 * Batch normalisation (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm2d`.
 *
 * Training: y = weight (x - mean) / sqrt(variance + epsilon) + bias with the mean and variance of the batch (divided by
 * the count). Inference: the same with the running statistics.
 */
import {
  add,
  clone,
  moments,
  mul,
  rsqrt,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  mean as tfMean,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type NativeAttribute, nativeBackend } from '../backend/native-ops.js';
import { checkShape } from '../checks.js';
import type { ApplyContext } from '../network.js';
import { normalize, normalizeGradient } from './normalize.js';
import { defineOperation } from './operation.js';
import { perChannel } from './per-channel.js';

/** Each of shape `[channels]`; in PyTorch's files `weight`, `bias`, `running_mean`, `running_var`. */
export interface BatchNormParameters {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

export interface BatchNormOptions {
  mode: ApplyContext['mode'];
  /** The share of the new value in a running statistic. Default 0.1, PyTorch's. */
  momentum?: number;
  /** Default 1e-5, PyTorch's. */
  epsilon?: number;
}

export interface BatchNormResult {
  readonly output: Tensor4D;
  /** What the running statistics become after this step; absent in inference. The variance is divided by count - 1. */
  readonly running?: { readonly mean: Tensor1D; readonly variance: Tensor1D };
}

/**
 * Normalises each channel over the batch and all pixels.
 *
 * Running statistics are returned, never changed: the caller commits them after the step (`context.update`).
 *
 * @param x `[batch, height, width, channels]`
 * @throws `tensor/shape` if a parameter has another shape than `[channels]`
 * @example
 * const { output, running } = batchNorm(x, norm, { mode: context.mode });
 * if (running) context.update('norm.running_mean', running.mean);
 */
export function batchNorm(
  x: Tensor4D,
  parameters: BatchNormParameters,
  { mode, momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions,
): BatchNormResult {
  checkShape(x, '[batch, height, width, channels]', 'batchNorm: x');
  const channels = x.shape[3];
  for (const [name, value] of Object.entries(parameters)) checkShape(value, `[${channels}]`, `batchNorm: ${name}`);
  const { weight, bias, runningMean, runningVariance } = parameters;
  if (mode === 'inference') {
    return tidy(() => {
      const factor = mul(weight, rsqrt(add(runningVariance, epsilon)));
      const shift = sub(bias, mul(runningMean, factor));
      return { output: add<Tensor4D>(mul(x, perChannel(factor)), perChannel(shift)) };
    });
  }
  const moved = (before: Tensor, now: Tensor): Tensor1D => add(mul(before, 1 - momentum), mul(now, momentum));
  return tidy(() => {
    // cuDNN takes no epsilon below 1.001e-5.
    const isFused = nativeBackend()?.isOnGpu === false;
    const { output, mean, variance } = (isFused ? fused : composed)({ x, weight, bias }, epsilon);
    return { output, running: { mean: moved(runningMean, mean), variance: moved(runningVariance, variance) } };
  });
}

interface Inputs {
  readonly x: Tensor4D;
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** What is normalised, and the statistics; the variance is divided by count - 1. */
interface Normalized {
  readonly output: Tensor4D;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const axes: [0, 1, 2] = [0, 1, 2];

function composed({ x, weight, bias }: Inputs, epsilon: number): Normalized {
  const count = x.size / x.shape[3];
  const { mean, variance } = moments(x, axes);
  return {
    output: normalize({ x, weight, bias }, { axes, epsilon }),
    mean,
    variance: mul(variance, count / Math.max(count - 1, 1)),
  };
}

/** By TensorFlow's operation for it: a seventh of the time. */
function fused(inputs: Inputs, epsilon: number): Normalized {
  const [output, batchMean, batchVariance] = fusedNorm(inputs, { epsilon });
  const [mean, variance] = statistics({ x: inputs.x, mean: batchMean, variance: batchVariance }, {});
  return { output: output as Tensor4D, mean, variance };
}

/** The statistics that have been computed, with their gradients, which cost nothing where nobody asks for them. */
const statistics: (
  inputs: { x: Tensor4D; mean: Tensor; variance: Tensor },
  attributes: object,
) => [mean: Tensor, variance: Tensor] = /* @__PURE__ */ defineOperation({
  name: 'sr.batchStatistics',
  outputs: 2,
  forward: ({ mean, variance }) => [clone(mean), clone(variance)],
  gradient: ([dMean, dVariance], { x, mean, variance }) => {
    const count = x.size / x.shape[3];
    const centred = sub(x, tfMean(x, axes));
    return {
      x: () => add(mul(centred, mul(dVariance, 2 / Math.max(count - 1, 1))), mul(dMean, 1 / count)),
      mean: () => zerosLike(mean),
      variance: () => zerosLike(variance),
    };
  },
});

type Five = [Tensor, Tensor, Tensor, Tensor, Tensor];

/**
 * The output; mean and variance for running statistics; what the gradient needs: mean, variance divided by the count. Only the
 * output has a gradient.
 */
export const fusedNorm: (inputs: Inputs, attributes: { epsilon: number }) => Five = /* @__PURE__ */ defineOperation({
  name: 'sr.fusedNorm',
  outputs: 5,
  forward: ({ x, weight, bias }, { epsilon }) => {
    const none = tensor1d([]);
    const attributes = { ...fusedAttributes(epsilon), exponential_avg_factor: { float: 1 } };
    return nativeBackend()!
      .runMany('FusedBatchNormV3', [x, weight, bias, none, none], 6, attributes)
      .slice(0, 5) as Five;
  },
  gradient: ([dy], { x, weight }, attributes, [, , , mean, variance]) => {
    const [dx, dWeight, dBias] = fusedNormGradient({ dy, x, weight, mean, variance }, attributes);
    return { x: () => dx, weight: () => dWeight, bias: () => dBias };
  },
});

/** The gradients of x, weight and bias. That of x takes in that mean and variance depend on it. */
const fusedNormGradient: (
  inputs: { dy: Tensor; x: Tensor4D; weight: Tensor; mean: Tensor; variance: Tensor },
  attributes: { epsilon: number },
) => [Tensor, Tensor, Tensor] = /* @__PURE__ */ defineOperation({
  name: 'sr.fusedNormGradient',
  outputs: 3,
  forward: ({ dy, x, weight, mean, variance }, { epsilon }) => {
    const inputs = [dy, x, weight, mean, variance, tensor1d([])];
    const attributes = fusedAttributes(epsilon);
    return nativeBackend()!.runMany('FusedBatchNormGradV3', inputs, 5, attributes).slice(0, 3) as [
      Tensor,
      Tensor,
      Tensor,
    ];
  },
  // Of <gx, dx> + <gWeight, dWeight> + <gBias, dBias>, with n the normalised x, s = 1 / sqrt(variance + epsilon), and P the
  // gradient of n, a symmetric map: dx = P(weight dy), ds = -s^2 n / count dx.
  gradient: ([gx, gWeight, gBias], { dy, x, weight, mean, variance }, { epsilon }, [dx]) => {
    const attributes = { axes, epsilon };
    const n = normalize({ x }, attributes);
    const scale = rsqrt(add(variance, epsilon));
    const pulled = normalizeGradient({ dy: gx as Tensor4D, x }, attributes);
    const u = mul(dy, weight);
    const both = add(mul(tfMean(mul(u, n), axes), gx), mul(tfMean(mul(gx, n), axes), u));
    const throughN = sub(mul(dy, gWeight), mul(scale, both)) as Tensor4D;
    const throughScale = mul(mul(scale, tfMean(mul(gx, dx), axes)), n);
    return {
      dy: () => add(add(mul(weight, pulled), mul(gWeight, n)), gBias),
      x: () => sub(normalizeGradient({ dy: throughN, x }, attributes), throughScale),
      weight: () => sum(mul(dy, pulled), axes),
      mean: () => zerosLike(mean),
      variance: () => zerosLike(variance),
    };
  },
});

function fusedAttributes(epsilon: number): Record<string, NativeAttribute> {
  return { U: { dtype: 'float32' }, epsilon: { float: epsilon }, data_format: 'NHWC', is_training: true };
}
