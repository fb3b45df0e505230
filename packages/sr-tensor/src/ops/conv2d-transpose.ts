/**
 * Transposed convolution layer in PyTorch's convention (`ConvTranspose2d`).
 */
import { add, type Tensor1D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import type { LayerParameters } from '../network.js';
import { convInput } from './conv2d-kernels.js';

export interface Conv2dTransposeOptions {
  /** Default 1. */
  stride?: number;
  /** How much of the border of the full result is cut off, on each side. Default 0. */
  padding?: number;
  /** Rows and columns added below and to the right, less than the stride. Default 0. */
  outputPadding?: number;
}

/**
 * A transposed convolution layer, as PyTorch's `ConvTranspose2d`.
 *
 * Output size: (size - 1) stride - 2 padding + kernel + outputPadding.
 *
 * @param x `[batch, height, width, in]`
 * @param layer weight `[kernelHeight, kernelWidth, out, in]`, bias `[out]` or none
 * @returns `[batch, height', width', out]`
 * @throws `tensor/shape` if shapes do not fit each other, `option/invalid` if `outputPadding` is not less than the stride
 *
 * @example
 * const twice = conv2dTranspose(x, p('up'), { stride: 2, padding: 1, outputPadding: 1 });
 */
export function conv2dTranspose(
  x: Tensor4D,
  layer: LayerParameters,
  { stride = 1, padding = 0, outputPadding = 0 }: Conv2dTransposeOptions = {},
): Tensor4D {
  const weight = layer.weight as Tensor4D;
  const bias = layer.bias as Tensor1D | undefined;
  checkShape(x, '[batch, height, width, channels]', 'conv2dTranspose: x');
  checkShape(weight, `[kernelHeight, kernelWidth, out, ${x.shape[3]}]`, 'conv2dTranspose: weight');
  const [kernelHeight, kernelWidth, channels] = weight.shape;
  if (bias !== undefined) checkShape(bias, `[${channels}]`, 'conv2dTranspose: bias');
  if (outputPadding !== 0 && outputPadding >= stride) {
    throw new SrError({
      code: 'option/invalid',
      message: `conv2dTranspose: expected an outputPadding below the stride ${stride}, received ${outputPadding}.`,
    });
  }
  const height = (x.shape[1] - 1) * stride - 2 * padding + kernelHeight + outputPadding;
  const width = (x.shape[2] - 1) * stride - 2 * padding + kernelWidth + outputPadding;
  return tidy(() => {
    const y = convInput({ dy: x, weight }, { stride, padding: [padding, padding], height, width });
    return bias === undefined ? y : add(y, bias);
  });
}
