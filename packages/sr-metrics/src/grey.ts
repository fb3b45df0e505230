import { mul, sum, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';

/** ITU-R BT.601 in full range, as in MATLAB's `rgb2gray`: `[batch, height, width, 3]` to `[batch, height, width, 1]`. */
export function greyOf(images: Tensor4D): Tensor4D {
  return sum(mul(images, tensor1d([0.299, 0.587, 0.114])), 3, true) as Tensor4D;
}
