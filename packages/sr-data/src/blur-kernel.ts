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
  const { width, height, channels } = picture;
  const half = (size - 1) / 2;
  if (half >= Math.min(width, height)) {
    throw new SrError({
      code: 'data/option',
      message: `blurPicture: expected a picture of more than ${half} pixels a side for a kernel of ${size}, received ${width} x ${height}.`,
    });
  }
  const source = mirrored(picture, half);
  const lines = separated(size, weights);
  if (!lines) return withValues(picture, weighted(source, { rows: size, columns: size, weights }, channels));
  // Two passes of a line in place of one of a square.
  const across = weighted(source, { rows: 1, columns: size, weights: lines.row }, channels);
  const between = { data: across, width, height: source.height };
  return withValues(picture, weighted(between, { rows: size, columns: 1, weights: lines.column }, channels));
}

interface Plane {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** A picture with so many pixels more on each side, which mirror those inside. */
function mirrored({ data, width, height, channels }: Picture, margin: number): Plane {
  const wide = width + 2 * margin;
  const high = height + 2 * margin;
  const inside = (i: number, length: number): number => (i < length ? Math.abs(i) : 2 * (length - 1) - i);
  const out = new Float64Array(wide * high * channels);
  for (let y = 0, to = 0; y < high; y++) {
    const row = inside(y - margin, height) * width;
    for (let x = 0; x < wide; x++) {
      const from = (row + inside(x - margin, width)) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  }
  return { data: out, width: wide, height: high };
}

/** The weighted sums over all places where a kernel lies inside, its taps added in order. */
function weighted(
  { data, width, height }: Plane,
  { rows, columns, weights }: { rows: number; columns: number; weights: readonly number[] },
  channels: number,
): Float64Array {
  const length = (width - columns + 1) * channels;
  const row = width * channels;
  const taps = weights
    .map((weight, i) => ({ weight, offset: Math.floor(i / columns) * row + (i % columns) * channels }))
    .filter(({ weight }) => weight !== 0);
  // Four at a time, so that the sums are read and written less often; the last ones are filled up with nothing.
  while (taps.length % 4 !== 0) taps.push({ weight: 0, offset: 0 });
  const out = new Float64Array(length * (height - rows + 1));
  for (let to = 0, from = 0; to < out.length; to += length, from += row) {
    for (let tap = 0; tap < taps.length; tap += 4) {
      const [a, b, c, d] = [taps[tap]!, taps[tap + 1]!, taps[tap + 2]!, taps[tap + 3]!];
      const [wa, wb, wc, wd] = [a.weight, b.weight, c.weight, d.weight];
      const [ia, ib, ic, id] = [from + a.offset, from + b.offset, from + c.offset, from + d.offset];
      for (let i = 0; i < length; i++) {
        out[to + i] = out[to + i]! + wa * data[ia + i]! + wb * data[ib + i]! + wc * data[ic + i]! + wd * data[id + i]!;
      }
    }
  }
  return out;
}

/** The row and the column whose product a kernel is, if there are such (isotropic Gaussians, upright ellipses). */
function separated(size: number, weights: readonly number[]): { row: number[]; column: number[] } | undefined {
  const row = Array.from({ length: size }, (_, x) =>
    weights.reduce((sum, w, i) => (i % size === x ? sum + w : sum), 0),
  );
  const column = Array.from({ length: size }, (_, y) =>
    weights.slice(y * size, (y + 1) * size).reduce((sum, w) => sum + w, 0),
  );
  const total = row.reduce((sum, w) => sum + w, 0);
  const off = weights.some(
    (w, i) => Math.abs((row[i % size]! * column[Math.floor(i / size)]!) / total - w) > roundings,
  );
  return off ? undefined : { row: row.map(w => w / total), column };
}

/** Weights are at most 1 and sums of few hundred of them: what a difference from rounding alone can be. */
const roundings = 1e-14;

/** A picture of the same kind with other values, clipped and rounded if it holds whole numbers. */
export function withValues(picture: Picture, values: Float64Array): Picture {
  const depth = bitDepth(picture);
  if (depth === 32) return { ...picture, data: Float32Array.from(values) };
  const full = fullValue(picture);
  const data = depth === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.max(Math.round(values[i]!), 0), full);
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
