/** Enlargement of a tensor image by interpolation: what networks add their details to. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type ResizeOptions, resize } from 'sr-tensor';

/** `bilinear` and `nearest` with half-pixel centres as in PyTorch, `bicubic` with MATLAB's kernel (a = -0.5). */
export type Interpolation = 'bilinear' | 'bicubic' | 'nearest';

const kernels: Readonly<Record<Interpolation, ResizeOptions & { radius: number }>> = {
  bilinear: { preset: 'torch', kernel: 'linear', radius: 1 },
  bicubic: { preset: 'matlab', kernel: 'cubic', radius: 2 },
  nearest: { preset: 'torch', kernel: 'nearest', radius: 0 },
};

export const interpolations: readonly string[] = Object.keys(kernels);

/**
 * Enlarges images by a whole factor.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height * scale, width * scale, channels]`
 */
export function enlarge(x: Tensor4D, { scale, base }: { scale: number; base: Interpolation }): Tensor4D {
  if (scale === 1) return x;
  const { radius: _, ...options } = kernels[base];
  return resize(x, { scale, ...options });
}

/** How many input pixels to each side an output pixel of `enlarge` depends on. */
export function enlargeRadius(base: Interpolation): number {
  return kernels[base].radius;
}
