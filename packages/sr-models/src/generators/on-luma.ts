/** Networks that enlarge the luma alone: the colours come from bicubic interpolation, as the papers do it. */
import { add, mul, sub, sum, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { enlarge } from '../enlarge.js';

// MATLAB's rgb2ycbcr of [0, 1]: Y = (16 + 65.481 R + 128.553 G + 24.966 B) / 255.
const weights = [65.481 / 255, 128.553 / 255, 24.966 / 255];
const offset = 16 / 255;
/** What a difference of luma adds to each of red, green and blue, at the same colour. */
const perLuma = 255 / 219;

/** The luma of images in [0, 1], one channel. */
export function lumaOf(x: Tensor4D): Tensor4D {
  return tidy(() => add(sum<Tensor4D>(mul(x, tensor1d(weights)), 3, true), offset));
}

/**
 * Bicubic enlargement whose luma is another.
 *
 * Red, green and blue are affine in luma and chroma, so that only the luma's difference is added.
 *
 * @param x `[batch, height, width, 3]`
 * @param luma gives the large luma from the bicubic one
 */
export function withLuma(x: Tensor4D, scale: number, luma: (bicubic: Tensor4D) => Tensor4D): Tensor4D {
  return tidy(() => {
    const large = enlarge(x, { scale, base: 'bicubic' });
    const bicubic = lumaOf(large);
    return add(large, mul(sub(luma(bicubic), bicubic), perLuma));
  });
}
