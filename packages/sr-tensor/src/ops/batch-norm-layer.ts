/** Batch normalisation as a layer of a network: its parameters by PyTorch's names, and its step. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type Initializer, ones, zeros } from '../initializers.js';
import type { ApplyContext, ParameterSpec, Scope } from '../network.js';
import { batchNorm } from './batch-norm.js';

/**
 * The parameters of a batch norm, as `torch.nn.BatchNorm2d` calls them.
 *
 * @param options.init of the weight; default ones
 * @example
 * const specs = batchNormSpecs('norm', 64); // norm.weight, norm.bias, norm.running_mean, norm.running_var
 */
export function batchNormSpecs(
  name: string,
  channels: number,
  { init = ones }: { init?: Initializer } = {},
): Record<string, ParameterSpec> {
  const spec = { shape: [channels], layout: 'plain' } as const;
  return {
    [`${name}.weight`]: { ...spec, init },
    [`${name}.bias`]: { ...spec, init: zeros },
    [`${name}.running_mean`]: { ...spec, init: zeros, trainable: false },
    [`${name}.running_var`]: { ...spec, init: ones, trainable: false },
  };
}

/**
 * Applies the batch norm of this name; in training its new running statistics go to `context.update`.
 *
 * @param x `[batch, height, width, channels]`
 * @param options.epsilon default 1e-5, PyTorch's
 * @throws `tensor/shape`
 * @example
 * const parameters = Parameters.create(batchNormSpecs('norm', 4));
 * const y = batchNormLayer(x, parameters.scope(), 'norm', context);
 */
export function batchNormLayer(
  x: Tensor4D,
  p: Scope,
  name: string,
  context: Pick<ApplyContext, 'mode' | 'update'>,
  options: { epsilon?: number } = {},
): Tensor4D {
  const { output, running } = batchNorm(
    x,
    {
      weight: p.get(`${name}.weight`),
      bias: p.get(`${name}.bias`),
      runningMean: p.get(`${name}.running_mean`),
      runningVariance: p.get(`${name}.running_var`),
    },
    { mode: context.mode, ...options },
  );
  if (running !== undefined) {
    context.update(`${name}.running_mean`, running.mean);
    context.update(`${name}.running_var`, running.variance);
  }
  return output;
}
