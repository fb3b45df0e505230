/** What losses look at in place of whole pictures in colour. */
import { add, mul, reshape, slice, sum, type Tensor4D, tensor1d, tidy, tile, transpose } from '@tensorflow/tfjs-core';
import { SrError } from 'sr-tensor';

// MATLAB's rgb2ycbcr of [0, 1]: Y = (16 + 65.481 R + 128.553 G + 24.966 B) / 255.
const lumaWeights = [65.481 / 255, 128.553 / 255, 24.966 / 255];
const lumaOffset = 16 / 255;

/** The luma of pictures, as grey ones of three channels: a mean over them is that of the luma. */
export function lumaOf(images: Tensor4D): Tensor4D {
  return tidy(() => {
    const luma = add(sum<Tensor4D>(mul(images, tensor1d(lumaWeights)), 3, true), lumaOffset);
    return tile(luma, [1, 1, 1, 3]) as Tensor4D;
  });
}

/**
 * Pictures cut into squares side by side, each a picture of the batch; what is left at the right and below is dropped.
 *
 * @throws `tensor/shape` if a picture is smaller than a square
 */
export function patchesOf(images: Tensor4D, side: number): Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
  if (rows === 0 || columns === 0) {
    throw new SrError({
      code: 'tensor/shape',
      message: `Expected pictures of at least ${side} x ${side} pixels, one patch, received ${height} x ${width}.`,
    });
  }
  return tidy(() => {
    const whole = slice(images, [0, 0, 0, 0], [-1, rows * side, columns * side, -1]);
    const strips = reshape(whole, [batch * rows, side, columns, side * channels]);
    return reshape(transpose(strips, [0, 2, 1, 3]), [batch * rows * columns, side, side, channels]);
  });
}
