/**
 * Batch normalisation (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm2d`.
 *
 * Training: y = weight (x - mean) / sqrt(variance + epsilon) + bias with the mean and variance of the batch (divided by
 * the count). Inference: the same with the running statistics.
 */
import { add, moments, mul, rsqrt, sub, type Tensor, type Tensor1D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import type { ApplyContext } from '../network.js';
import { normalize } from './normalize.js';

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
  const [batch, height, width, channels] = x.shape;
  for (const [name, value] of Object.entries(parameters)) checkShape(value, `[${channels}]`, `batchNorm: ${name}`);
  const { weight, bias, runningMean, runningVariance } = parameters;
  if (mode === 'inference') {
    return tidy(() => {
      const factor = mul(weight, rsqrt(add(runningVariance, epsilon)));
      return { output: add<Tensor4D>(mul(x, factor), sub(bias, mul(runningMean, factor))) };
    });
  }
  const axes = [0, 1, 2];
  const count = batch * height * width;
  const moved = (before: Tensor, now: Tensor): Tensor1D => add(mul(before, 1 - momentum), mul(now, momentum));
  return tidy(() => {
    const { mean, variance } = moments(x, axes);
    return {
      output: add<Tensor4D>(mul(normalize({ x }, { axes, epsilon }), weight), bias),
      running: {
        mean: moved(runningMean, mean),
        variance: moved(runningVariance, mul(variance, count / Math.max(count - 1, 1))),
      },
    };
  });
}
