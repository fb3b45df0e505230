import { bitDepth, checkPicture, fullValue, type Picture, throwIfAborted } from 'sr-tensor';
import { addNoise } from '../add-noise.js';
import { toBitDepth } from '../bit-depth.js';
import { blurPicture } from '../blur-kernel.js';
import type { DegradationStep } from '../degradation.js';
import { resizePicture } from '../resize-picture.js';
import { encodePicture } from './encode-picture.js';
import { readPicture } from './read-picture.js';

/**
 * Makes a picture worse, step by step: blur, resize, noise, JPEG.
 *
 * Between the steps values are floats, clipped by JPEG alone, which rounds to 8 bits; the result has the depth of the input.
 *
 * @param picture grey or RGB
 * @param steps as `randomDegradation` draws them, or your own
 * @throws `picture/invalid`, `picture/format` for JPEG of a picture with alpha, `data/option`, `resize/size`, `aborted`
 * @example
 * const small = await degradePicture(photo, [
 *   { type: 'blur', kernel: gaussianBlurKernel({ size: 9, sigma: 1 }) },
 *   { type: 'resize', to: { scale: 1 / 4 } },
 *   { type: 'noise', deviation: 5, seed: 1 },
 *   { type: 'jpeg', quality: 60 },
 * ]);
 */
export async function degradePicture(
  picture: Picture,
  steps: readonly DegradationStep[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Picture> {
  checkPicture(picture, 'degradePicture: picture');
  let now = toFloats(picture);
  for (const step of steps) {
    throwIfAborted(signal);
    now = await degraded(now, step);
  }
  const depth = bitDepth(picture);
  return depth === 32 ? now : toBitDepth(now, depth);
}

async function degraded(picture: Picture, step: DegradationStep): Promise<Picture> {
  switch (step.type) {
    case 'blur':
      return blurPicture(picture, step.kernel);
    case 'resize': {
      const { to, type: _, ...options } = step;
      return resizePicture(picture, to, options);
    }
    case 'noise':
      return addNoise(picture, step);
    case 'jpeg': {
      const { quality } = step;
      const { metadata, ...pixels } = toBitDepth(picture, 8);
      const back = await readPicture(await encodePicture(pixels, { format: 'jpeg', quality }));
      return { ...toFloats(back), ...(metadata && { metadata }) };
    }
  }
}

function toFloats(picture: Picture): Picture {
  const full = fullValue(picture);
  const data = new Float32Array(picture.data.length);
  for (let i = 0; i < data.length; i++) data[i] = picture.data[i]! / full;
  return { ...picture, data };
}
