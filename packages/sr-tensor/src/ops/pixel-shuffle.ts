/**
 * Sub-pixel rearrangement (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel
 * convolutional neural network", CVPR 2016, section 3.2).
 *
 * PyTorch's `PixelShuffle`: out[y r + i, x r + j, c] = in[y, x, c r^2 + i r + j]. TensorFlow's `depth_to_space` orders
 * the same channels as (i, j, c), which moves longer runs of memory.
 *
 * Made of reshape and transpose, whose gradients are exact on every backend; neither TensorFlow's own operation nor the
 * kernel of any other backend is faster.
 */
import { reshape, type Tensor, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import { SrError } from '../errors.js';
import type { LayerParameters } from '../network.js';

export interface PixelShuffleOptions {
  /**
   * How the small image orders its channels: `'torch'` (default) as (channel, row, column), as published networks do,
   * `'tensorflow'` as (row, column, channel), which is two to five times faster: see `toTensorflowOrder`.
   */
  order?: 'torch' | 'tensorflow';
}

/**
 * Turns groups of `factor`^2 channels into squares of `factor` x `factor` pixels.
 *
 * @param x `[batch, height, width, channels * factor^2]`
 * @returns `[batch, height * factor, width * factor, channels]`
 * @throws `tensor/shape` if the channels cannot be divided by factor^2
 * @example
 * const enlarged = pixelShuffle(conv2d(features, p('tail')), 4);
 */
export function pixelShuffle(x: Tensor4D, factor: number, { order = 'torch' }: PixelShuffleOptions = {}): Tensor4D {
  const [batch, height, width, deep] = x.shape;
  const channels = deep / factor ** 2;
  if (!Number.isInteger(channels)) {
    throw new SrError({
      code: 'tensor/shape',
      message: `pixelShuffle: expected channels that are a multiple of ${factor ** 2} (factor ${factor}), received [${x.shape.join(', ')}].`,
    });
  }
  const rows = batch * height;
  return tidy(() => {
    const squares =
      order === 'torch'
        ? transpose(reshape(x, [rows, width, channels, factor, factor]), [0, 3, 1, 4, 2])
        : transpose(reshape(x, [rows, width, factor, factor * channels]), [0, 2, 1, 3]);
    return reshape(squares, [batch, height * factor, width * factor, channels]);
  });
}

/**
 * Turns squares of `factor` x `factor` pixels into groups of `factor`^2 channels: the inverse of `pixelShuffle`.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height / factor, width / factor, channels * factor^2]`
 * @throws `tensor/shape` if a side cannot be divided by the factor
 */
export function pixelUnshuffle(x: Tensor4D, factor: number, { order = 'torch' }: PixelShuffleOptions = {}): Tensor4D {
  const [batch, tall, wide, channels] = x.shape;
  const [height, width] = [tall / factor, wide / factor];
  if (!Number.isInteger(height) || !Number.isInteger(width)) {
    throw new SrError({
      code: 'tensor/shape',
      message: `pixelUnshuffle: expected sides that are multiples of ${factor}, received [${x.shape.join(', ')}]. Crop or pad the image first.`,
    });
  }
  const rows = batch * height;
  return tidy(() => {
    const groups =
      order === 'torch'
        ? transpose(reshape(x, [rows, factor, width, factor, channels]), [0, 2, 4, 1, 3])
        : transpose(reshape(x, [rows, factor, width, factor * channels]), [0, 2, 1, 3]);
    return reshape(groups, [batch, height, width, channels * factor ** 2]);
  });
}

/**
 * The parameters of a layer before a pixel shuffle with its output channels in TensorFlow's order, so that
 * `pixelShuffle(conv2d(x, toTensorflowOrder(layer, r)), r, { order: 'tensorflow' })` equals
 * `pixelShuffle(conv2d(x, layer), r)` and takes less time. Differentiable.
 *
 * @param layer weight `[..., channels * factor^2]`, bias `[channels * factor^2]`, in PyTorch's order
 */
export function toTensorflowOrder({ weight, bias }: LayerParameters, factor: number): LayerParameters {
  const reorder = (values: Tensor): Tensor => {
    const outputs = values.shape.at(-1)!;
    const squares = factor ** 2;
    const grouped = reshape(values, [values.size / outputs, outputs / squares, squares]);
    return reshape(transpose(grouped, [0, 2, 1]), values.shape);
  };
  return tidy(() => ({ weight: reorder(weight), bias: bias && reorder(bias) }));
}
