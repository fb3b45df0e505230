/**
 * Weights of one-dimensional resizing, in doubles.
 *
 * Output i of n' from n inputs (scale s = n'/n) lies at c = (i + 1/2) / s - 1/2 in input pixels. Its taps are
 * k(m (j - c)), divided by their sum, with m = min(s, 1) where the kernel is widened against aliasing and 1 otherwise.
 * The tools differ in the kernel and in what lies beyond the border:
 *
 * | preset | tool | cubic's a | beyond the border | antialiased by default |
 * |---|---|---|---|---|
 * | `matlab` | `imresize` | -0.5 | mirrored, the edge repeated | yes |
 * | `pil` | Pillow's `Image.resize` | -0.5 | left out, then normalised | always |
 * | `torch` | `interpolate(align_corners=False)` | -0.75 | the edge repeated | no |
 * | `torch`, antialiased | the same with `antialias=True` | -0.5 | left out, then normalised | |
 * | `tensorflow1` | `tf.image.resize_images` of TensorFlow 1 | -0.75 | the edge repeated | never |
 *
 * TensorFlow 1 has no half-pixel centres: its c is i / s.
 *
 * Cubic: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981.
 */
import { SrError } from '../errors.js';
import { packRows, type SparseRows } from './line-matrix.js';

export type ResizePreset = 'matlab' | 'pil' | 'torch' | 'tensorflow1';
export type ResizeKernel = 'nearest' | 'linear' | 'cubic' | 'lanczos';

export interface ResizeWeightOptions {
  /** The tool whose result is meant. Default `matlab`, which the published low-resolution pictures come from. */
  preset?: ResizePreset;
  /** Default `cubic`. `lanczos` has three lobes. */
  kernel?: ResizeKernel;
  /** Whether the kernel is widened when the picture shrinks. Default as the tool's; `nearest` never is. */
  antialias?: boolean;
  /** The factor, where it is not exactly outSize / inSize (as when a size was rounded up). */
  scale?: number;
}

/** A sparse matrix: output i = sum over t of weights[i * taps + t] * input[start[i] + t]. */
export type ResizeWeights = SparseRows;

/**
 * The weights that resize `inSize` values to `outSize`, borders included: every index lies inside.
 *
 * @returns rows that sum to 1
 * @throws `resize/size` for a size that is not a positive integer, `resize/option` for what the preset's tool lacks
 */
export function resizeWeights(inSize: number, outSize: number, options: ResizeWeightOptions = {}): ResizeWeights {
  const { preset = 'matlab', kernel = 'cubic', scale = outSize / inSize } = options;
  const { antialias = preset === 'matlab' || preset === 'pil' } = options;
  check(inSize, outSize, scale, preset, kernel, antialias);
  if (kernel === 'nearest') return nearest(inSize, outSize, scale, preset);

  const hasTorchKernel = (preset === 'torch' && !antialias) || preset === 'tensorflow1';
  const { support, at } = kernels[kernel](hasTorchKernel ? -0.75 : -0.5);
  const shrink = antialias ? Math.min(scale, 1) : 1;
  const border = borders[preset === 'matlab' ? 'mirror' : hasTorchKernel ? 'clamp' : 'clip'];
  const offset = preset === 'tensorflow1' ? 0 : 0.5;
  const row = new Float64Array(inSize);
  const rows = Array.from({ length: outSize }, (_, i) => {
    const center = (i + offset) / scale - offset;
    const first = Math.ceil(center - support / shrink);
    const last = Math.floor(center + support / shrink);
    let total = 0;
    let low = inSize;
    let high = -1;
    for (let j = first; j <= last; j++) {
      const index = border(j, inSize);
      const weight = at((j - center) * shrink);
      if (index < 0 || weight === 0) continue;
      total += weight;
      row[index]! += weight;
      low = Math.min(low, index);
      high = Math.max(high, index);
    }
    const weights = row.slice(low, high + 1).map(weight => weight / total);
    row.fill(0, low, high + 1);
    return { first: low, weights };
  });
  return packRows(rows, inSize);
}

/**
 * The size that a factor gives: rounded up by MATLAB, down by torch, to the nearest for Pillow (which takes sizes only).
 */
export function resizedSize(size: number, scale: number, preset: ResizePreset = 'matlab'): number {
  const round = { matlab: Math.ceil, pil: Math.round, torch: Math.floor, tensorflow1: Math.floor }[preset];
  return round(size * scale);
}

interface Kernel {
  /** Half the width; 0 beyond. */
  readonly support: number;
  at(x: number): number;
}

const kernels: Record<Exclude<ResizeKernel, 'nearest'>, (a: number) => Kernel> = {
  linear: () => ({ support: 1, at: x => Math.max(0, 1 - Math.abs(x)) }),
  cubic: a => ({
    support: 2,
    at: signed => {
      const x = Math.abs(signed);
      if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
    },
  }),
  lanczos: () => ({ support: 3, at: x => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) }),
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The index inside that stands for index j of a row of n, or -1. */
const borders = {
  mirror: (j: number, n: number): number => {
    const folded = ((j % (2 * n)) + 2 * n) % (2 * n);
    return folded < n ? folded : 2 * n - 1 - folded;
  },
  clamp: (j: number, n: number): number => Math.min(Math.max(j, 0), n - 1),
  clip: (j: number, n: number): number => (j >= 0 && j < n ? j : -1),
};

/** MATLAB and Pillow take the input below the output's centre, the others the one below its left edge. */
function nearest(inSize: number, outSize: number, scale: number, preset: ResizePreset): ResizeWeights {
  const offset = preset === 'torch' || preset === 'tensorflow1' ? 0 : 0.5;
  // Pillow adds up its steps, whose rounding decides where a centre lies between two inputs.
  let sum = offset / scale;
  const start = Int32Array.from({ length: outSize }, (_, i) => {
    const place = preset === 'pil' ? sum : (i + offset) / scale;
    sum += 1 / scale;
    return Math.min(Math.floor(place), inSize - 1);
  });
  return { start, taps: 1, weights: new Float64Array(outSize).fill(1) };
}

function check(
  inSize: number,
  outSize: number,
  scale: number,
  preset: ResizePreset,
  kernel: ResizeKernel,
  antialias: boolean,
): void {
  const valid = [inSize, outSize].every(size => Number.isInteger(size) && size > 0) && scale > 0;
  if (!valid) {
    throw new SrError({
      code: 'resize/size',
      message: `resize: expected sizes that are positive integers, received ${inSize} to ${outSize} at scale ${scale}.`,
    });
  }
  if (preset === 'tensorflow1' && (kernel === 'lanczos' || antialias)) {
    throw new SrError({
      code: 'resize/option',
      message: "resize: the preset 'tensorflow1' has neither the kernel 'lanczos' nor antialias: true.",
    });
  }
  if (preset === 'torch' && kernel === 'lanczos' && !antialias) {
    throw new SrError({
      code: 'resize/option',
      message: "resize: the preset 'torch' has the kernel 'lanczos' only with antialias: true.",
    });
  }
  if (preset === 'pil' && kernel !== 'nearest' && !antialias) {
    throw new SrError({
      code: 'resize/option',
      message: "resize: the preset 'pil' always antialiases. Use 'matlab' or 'torch' with antialias: false.",
    });
  }
}
