import {
  add,
  concat1d,
  div,
  minimum,
  mul,
  norm,
  reshape,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';

/**
 * Scales gradients so that their common Euclidean norm is at most `maxNorm`.
 *
 * g <- g * min(1, maxNorm / (norm + 1e-6)), the norm over all elements of all gradients
 * (`torch.nn.utils.clip_grad_norm_`, where the 1e-6 comes from).
 *
 * @param gradients by name; not disposed
 * @returns new tensors by the same names, which the caller disposes
 */
export function clipGradients(gradients: Readonly<Record<string, Tensor>>, maxNorm: number): Record<string, Tensor> {
  return tidy(() => {
    const all = concat1d(Object.values(gradients).map(gradient => reshape(gradient, [-1]) as Tensor1D));
    const factor = minimum(1, div(maxNorm, add(norm(all), 1e-6)));
    return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, factor)]));
  });
}
