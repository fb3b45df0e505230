import { bitDepth, checkPicture, fullValue, type Picture } from 'sr-tensor';

/**
 * The luma (Y of ITU-R BT.601 in studio range) of a picture, as MATLAB's `rgb2ycbcr` computes it and super-resolution
 * tables use it.
 *
 * Y = 16 + 65.481 R + 128.553 G + 24.966 B for R, G, B in [0, 1], from 16 (black) to 235 (white). As in MATLAB, 8-bit
 * pictures give whole numbers; 16-bit and float pictures are not rounded (MATLAB rounds 16-bit ones to 1/257).
 * Grey counts as R = G = B; alpha is left out.
 *
 * @returns width x height values, row by row
 *
 * Source: MATLAB `rgb2ycbcr`; ITU-R BT.601 (weights .299, .587, .114 times 219).
 */
export function toLuma(picture: Picture): Float64Array {
  checkPicture(picture);
  const { data, width, height, channels } = picture;
  const factor = 1 / fullValue(picture);
  const round = bitDepth(picture) === 8;
  const [g, b] = channels >= 3 ? [1, 2] : [0, 0];
  const luma = new Float64Array(width * height);
  for (let i = 0, from = 0; i < luma.length; i++, from += channels) {
    const weighted = 65.481 * data[from]! + 128.553 * data[from + g]! + 24.966 * data[from + b]!;
    const value = 16 + weighted * factor;
    luma[i] = round ? Math.round(value) : value;
  }
  return luma;
}
