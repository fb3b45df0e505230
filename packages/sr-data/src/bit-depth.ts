import { bitDepth, checkPicture, type Picture, quantize } from 'sr-tensor';

/**
 * A picture with values of 8 or 16 bits.
 *
 * 16 bits become 8 by rounding value / 257, 8 become 16 by value * 257 (65,535 = 255 * 257, so there and back is
 * exact); floats are clipped to [0, 1] and rounded.
 *
 * @returns the picture itself if it has that depth already
 *
 * @example
 * const small = toBitDepth(scan, 8);
 */
export function toBitDepth(picture: Picture, depth: 8 | 16): Picture {
  checkPicture(picture);
  const { data } = picture;
  if (bitDepth(picture) === depth) return picture;
  if (data instanceof Float32Array) return { ...picture, data: quantize(data, depth) };
  const out = depth === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  if (depth === 8) for (let i = 0; i < out.length; i++) out[i] = Math.round(data[i]! / 257);
  else for (let i = 0; i < out.length; i++) out[i] = data[i]! * 257;
  return { ...picture, data: out };
}
