/** Kernels that blur a picture before it is made smaller, and what they do to it. */
import { bitDepth, checkPicture, fullValue, type Picture, SrError } from 'sr-tensor';

/** A square of weights, row by row, whose sum is 1. */
export interface BlurKernel {
  /** Its side, an odd number. */
  readonly size: number;
  readonly weights: readonly number[];
}

export interface GaussianBlurKernelOptions {
  /** An odd number of pixels. */
  readonly size: number;
  /** The deviation in pixels, in all directions (isotropic) or along the two axes of an ellipse (anisotropic). */
  readonly sigma: number | readonly [along: number, across: number];
  /** The angle of the first axis in radians, from the horizontal downwards; default 0. */
  readonly rotation?: number;
}

/**
 * A Gaussian kernel, isotropic or anisotropic: exp(-(1/2) d' S^-1 d) with S = R diag(along^2, across^2) R', divided by its sum.
 *
 * @throws `data/option` for an even size or a deviation that is not positive
 * @see Zhang et al., "Designing a practical degradation model for deep blind image super-resolution", ICCV 2021, section 3.1
 * @example
 * const kernel = gaussianBlurKernel({ size: 21, sigma: [3, 1], rotation: Math.PI / 6 });
 */
export function gaussianBlurKernel({ size, sigma, rotation = 0 }: GaussianBlurKernelOptions): BlurKernel {
  const [along, across] = typeof sigma === 'number' ? [sigma, sigma] : sigma;
  checkPositive('gaussianBlurKernel', 'sigma', along);
  checkPositive('gaussianBlurKernel', 'sigma', across);
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  return kernelOf('gaussianBlurKernel', size, (x, y) => {
    const [u, v] = [(x * cos + y * sin) / along, (y * cos - x * sin) / across];
    return Math.exp(-(u * u + v * v) / 2);
  });
}

export interface SincBlurKernelOptions {
  /** An odd number of pixels. */
  readonly size: number;
  /** The highest frequency that passes, in radians a pixel: pi is that of single pixels. */
  readonly cutoff: number;
}

/**
 * A circular low-pass kernel, which rings like strong compression and sharpening do: w J1(w r) / (2 pi r), w^2 / (4 pi) at the
 * centre, divided by its sum.
 *
 * @throws `data/option` for an even size or a cutoff that is not positive
 * @see Wang et al., "Real-ESRGAN", ICCV Workshops 2021, equation 6
 * @example
 * const kernel = sincBlurKernel({ size: 21, cutoff: Math.PI / 3 });
 */
export function sincBlurKernel({ size, cutoff }: SincBlurKernelOptions): BlurKernel {
  checkPositive('sincBlurKernel', 'cutoff', cutoff);
  return kernelOf('sincBlurKernel', size, (x, y) => {
    const r = Math.hypot(x, y);
    return r === 0 ? cutoff ** 2 / (4 * Math.PI) : (cutoff * besselJ1(cutoff * r)) / (2 * Math.PI * r);
  });
}

/**
 * A picture seen through a kernel: each value becomes the weighted sum of those around it, the border mirrored without
 * repeating the last pixel.
 *
 * @returns a picture of the same depth, rounded if it holds whole numbers; alpha is blurred as well
 * @throws `picture/invalid`, `data/option` if half the kernel is not smaller than the picture
 * @example
 * const soft = blurPicture(photo, gaussianBlurKernel({ size: 9, sigma: 1.5 }));
 */
export function blurPicture(picture: Picture, { size, weights }: BlurKernel): Picture {
  checkPicture(picture);
  const { data, width, height, channels } = picture;
  const half = (size - 1) / 2;
  if (half >= Math.min(width, height)) {
    throw new SrError({
      code: 'data/option',
      message: `blurPicture: expected a picture of more than ${half} pixels a side for a kernel of ${size}, received ${width} x ${height}.`,
    });
  }
  const mirrored = (i: number, length: number): number => {
    if (i < 0) return -i;
    return i < length ? i : 2 * (length - 1) - i;
  };
  const sums = new Float64Array(data.length);
  const row = width * channels;
  for (let ky = 0; ky < size; ky++) {
    for (let kx = 0; kx < size; kx++) {
      const weight = weights[ky * size + kx]!;
      if (weight === 0) continue;
      for (let y = 0; y < height; y++) {
        const from = mirrored(y + ky - half, height) * row;
        for (let x = 0, to = y * row; x < width; x++) {
          const at = from + mirrored(x + kx - half, width) * channels;
          for (let c = 0; c < channels; c++, to++) sums[to]! += weight * data[at + c]!;
        }
      }
    }
  }
  return withValues(picture, sums);
}

/** A picture of the same kind with other values, clipped and rounded if it holds whole numbers. */
export function withValues(picture: Picture, values: Float64Array): Picture {
  const depth = bitDepth(picture);
  if (depth === 32) return { ...picture, data: Float32Array.from(values) };
  const full = fullValue(picture);
  const data = depth === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (const [i, value] of values.entries()) data[i] = Math.min(Math.max(Math.round(value), 0), full);
  return { ...picture, data };
}

function kernelOf(what: string, size: number, value: (x: number, y: number) => number): BlurKernel {
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0) {
    throw new SrError({ code: 'data/option', message: `${what}: expected an odd number as size, received ${size}.` });
  }
  const half = (size - 1) / 2;
  const values = Array.from({ length: size * size }, (_, i) => value((i % size) - half, Math.floor(i / size) - half));
  const sum = values.reduce((total, w) => total + w, 0);
  return { size, weights: values.map(w => w / sum) };
}

function checkPositive(what: string, name: string, value: number): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new SrError({ code: 'data/option', message: `${what}: expected a positive ${name}, received ${value}.` });
}

/**
 * The Bessel function of the first kind of order 1, by its integral (1 / pi) of cos(t - x sin t) over [0, pi]: the trapezium
 * rule converges faster than any power there, since the integrand is periodic (Abramowitz and Stegun, 9.1.21).
 */
function besselJ1(x: number): number {
  const steps = 32 + 2 * Math.ceil(Math.abs(x));
  let sum = 0;
  for (let i = 0; i < 2 * steps; i++) {
    const t = (Math.PI * i) / steps;
    sum += Math.cos(t - x * Math.sin(t));
  }
  return sum / (2 * steps);
}
