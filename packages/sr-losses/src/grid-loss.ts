import { mean, reshape, type Scalar, slice, square, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, SrError } from 'sr-tensor';
import type { Loss } from './loss.js';

export interface GridLossOptions {
  /** Pixels after which the grid repeats: the factor of the enlargement. */
  period: number;
  /** Side of the squares that means are taken over, in periods. Default 8. */
  window?: number;
}

/**
 * How much the grid of an enlargement shows, and how much colours are off.
 *
 * Each square of `window` by `window` periods has `period` x `period` means, of the pixels that lie at the same place of a
 * period: mean over squares, places and channels of (mean of the prediction - mean of the target)^2. A checkerboard and a
 * tint are in these means, and what is at random places is hardly. What is left at the right and below is dropped.
 *
 * Losses of features and discriminators leave both free, which networks make use of that have an output a place of the
 * period (pixel shuffle).
 *
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ or they are smaller
 *   than a square
 * @throws `losses/grid` for a period or a window that is no positive integer
 * @see our own; the pattern: Odena et al., "Deconvolution and checkerboard artifacts", Distill 2016
 * @example
 * const loss = weighted({ pixel: [0.01, l1()], grid: [100, gridLoss({ period: 4 })] });
 */
export function gridLoss({ period, window = 8 }: GridLossOptions): Loss {
  for (const [name, value] of Object.entries({ period, window })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new SrError({
      code: 'losses/grid',
      message: `gridLoss: ${name}: expected a positive integer, received ${value}.`,
    });
  }
  const side = period * window;
  return (prediction: Tensor4D, target: Tensor4D): Scalar => {
    checkImages(prediction, 'gridLoss: prediction');
    checkSameShape(prediction, target, 'gridLoss: prediction and target');
    const [batch, height, width, channels] = prediction.shape;
    const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
    if (rows === 0 || columns === 0) {
      throw new SrError({
        code: 'tensor/shape',
        message: `gridLoss: expected images of at least ${side} x ${side} pixels, ${window} periods of ${period}, received ${height} x ${width}.`,
      });
    }
    return tidy(() => {
      const whole = slice(sub(prediction, target), [0, 0, 0, 0], [-1, rows * side, columns * side, -1]);
      const bands = reshape(whole, [batch * rows, window, period, columns * side * channels]);
      const blocks = reshape(mean(bands, 1), [batch * rows * period, columns, window, period * channels]);
      return mean<Scalar>(square(mean(blocks, 2)));
    });
  };
}
