import { checkPicture, fullValue, hasAlpha, type Picture, Random, SrError } from 'sr-tensor';
import { withValues } from './blur-kernel.js';

export interface NoiseOptions {
  /** The deviation, in units of which 255 are full intensity. */
  readonly deviation: number;
  readonly seed: number;
  /** The same number for all colours of a pixel; default false. */
  readonly grey?: boolean;
}

/**
 * Adds normal noise to the colours of a picture; alpha stays.
 *
 * The same seed gives the same noise. Values leave [0, 1] in a picture of floats; whole numbers are clipped and rounded.
 *
 * @throws `picture/invalid`, `data/option` for a negative deviation
 * @example
 * const noisy = addNoise(photo, { deviation: 10, seed: 1 });
 */
export function addNoise(picture: Picture, { deviation, seed, grey = false }: NoiseOptions): Picture {
  checkPicture(picture);
  if (!(deviation >= 0)) {
    throw new SrError({
      code: 'data/option',
      message: `addNoise: expected a deviation of at least 0, received ${deviation}.`,
    });
  }
  const { data, channels } = picture;
  const colors = channels - (hasAlpha(picture) ? 1 : 0);
  const factor = (deviation / 255) * fullValue(picture);
  const random = new Random(seed);
  const values = Float64Array.from(data);
  for (let pixel = 0; pixel < values.length; pixel += channels) {
    const shared = grey ? random.normal() : 0;
    for (let c = 0; c < colors; c++) values[pixel + c]! += factor * (grey ? shared : random.normal());
  }
  return withValues(picture, values);
}
