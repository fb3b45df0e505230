/**
 * Instance normalisation (Ulyanov et al., "Instance normalization: the missing ingredient for fast stylization", 2016),
 * as PyTorch's `InstanceNorm2d` without running statistics.
 */
import { concat, split, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { nativeBackend } from '../backend/native-ops.js';
import { checkShape } from '../checks.js';
import { fusedNorm } from './batch-norm.js';
import { normalize } from './normalize.js';

export interface InstanceNormOptions {
  /** `[channels]`, multiplied with the normalised values; default none. */
  weight?: Tensor | undefined;
  /** `[channels]`, added after that; default none. */
  bias?: Tensor | undefined;
  /** Default 1e-5, PyTorch's. */
  epsilon?: number;
}

/**
 * Normalises each channel of each image over its pixels: (x - mean) / sqrt(variance + epsilon) * weight + bias.
 *
 * @param x `[batch, height, width, channels]`
 * @returns the same shape
 * @throws `tensor/shape` if weight or bias have another shape than `[channels]`
 * @example
 * const normalized = instanceNorm(x, p('in1'));
 */
export function instanceNorm(x: Tensor4D, { weight, bias, epsilon = 1e-5 }: InstanceNormOptions = {}): Tensor4D {
  checkShape(x, '[batch, height, width, channels]', 'instanceNorm: x');
  if (weight !== undefined) checkShape(weight, `[${x.shape[3]}]`, 'instanceNorm: weight');
  if (bias !== undefined) checkShape(bias, `[${x.shape[3]}]`, 'instanceNorm: bias');
  // cuDNN takes no epsilon below 1.001e-5.
  if (weight !== undefined && bias !== undefined && nativeBackend()?.isOnGpu === false) {
    return tidy(() => {
      const images = x.shape[0] === 1 ? [x] : split<Tensor4D>(x, x.shape[0]);
      return concat(images.map(image => fusedNorm({ x: image, weight, bias }, { epsilon })[0] as Tensor4D));
    });
  }
  return normalize({ x, weight, bias }, { axes: [1, 2], epsilon });
}
