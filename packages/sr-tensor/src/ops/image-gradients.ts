/**
 * Image gradients by undivided central differences, and their length as SPSR takes it.
 *
 * I_x = I(x + 1, y) - I(x - 1, y), I_y = I(x, y + 1) - I(x, y - 1), M = sqrt(I_x^2 + I_y^2 + 1e-6), each channel for
 * itself (Ma et al., "Structure-preserving super resolution with gradient guidance", CVPR 2020, equation 3; the
 * constant from the authors' code).
 */
import { add, slice, sqrt, square, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import { type PaddingMode, pad } from './padding.js';

export interface ImageGradientOptions {
  /**
   * Pixels added on each side before the 3 x 3 kernels: 1 (default) keeps the size; SPSR's code takes 2 for its loss
   * and discriminator, which makes the result two pixels larger.
   */
  padding?: number;
  /** What they hold. Default `'zero'`, as SPSR; `'replicate'` leaves out the ridges along the border. */
  paddingMode?: PaddingMode;
}

/**
 * Central differences along x (horizontal) and y (vertical), not divided by 2.
 *
 * @param images `[batch, height, width, channels]`
 * @returns two tensors `[batch, height + 2 padding - 2, width + 2 padding - 2, channels]`
 * @throws `tensor/shape` if less than a pixel is left
 */
export function imageGradients(
  images: Tensor4D,
  { padding = 1, paddingMode = 'zero' }: ImageGradientOptions = {},
): { x: Tensor4D; y: Tensor4D } {
  checkShape(images, '[batch, height, width, channels]', 'imageGradients');
  const [, height, width] = images.shape.map(size => size + 2 * padding - 2) as [number, number, number, number];
  if (height < 1 || width < 1) {
    throw new SrError({
      code: 'tensor/shape',
      message: `imageGradients: expected at least 3 x 3 pixels with their padding, received [${images.shape.join(', ')}] and padding ${padding}.`,
    });
  }
  return tidy(() => {
    const padded = pad(images, padding, { mode: paddingMode });
    const at = (row: number, column: number): Tensor4D => slice(padded, [0, row, column, 0], [-1, height, width, -1]);
    return { x: sub(at(1, 2), at(1, 0)), y: sub(at(2, 1), at(0, 1)) };
  });
}

/**
 * SPSR's gradient map: the length of the gradient of each channel.
 *
 * A constant image gives 1e-3 away from the border; the derivative is finite everywhere.
 *
 * @param images `[batch, height, width, channels]`
 * @returns `[batch, height + 2 padding - 2, width + 2 padding - 2, channels]`
 * @throws as `imageGradients`
 */
export function gradientMap(images: Tensor4D, options: ImageGradientOptions = {}): Tensor4D {
  return tidy(() => {
    const { x, y } = imageGradients(images, options);
    return sqrt(add(add(square(x), square(y)), 1e-6));
  });
}
