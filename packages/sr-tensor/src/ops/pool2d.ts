/**
 * Max and average pooling with PyTorch's sizes and gradients, on every backend and as often differentiable as needed.
 *
 *   size' = floor((size + 2 padding - window) / stride) + 1, or ceil(...) + 1 of which a window that would begin beyond
 *   the image and its leading padding is dropped (`ceil`; torch.nn.MaxPool2d, Caffe's pooling layer).
 *
 * A maximum hands its gradient to the first of equal values in reading order, as PyTorch does. Both gradients are
 * linear in dy; theirs are the transposed maps. tfjs has neither `ceil` with padding nor all of the kernels on wasm.
 */
import {
  add,
  cast,
  concat,
  equal,
  mul,
  reshape,
  slice,
  stridedSlice,
  sub,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  avgPool as tfAvgPool,
  maxPool as tfMaxPool,
  pad as tfPad,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { nativeBackend } from '../backend/native-ops.js';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import { defineOperation } from './operation.js';

export interface Pool2dOptions {
  /** Side of the window in pixels. */
  window: number;
  /** Default: the window. */
  stride?: number;
  /** Pixels around the image, at most half the window; never a maximum, zeros in an average. Default 0. */
  padding?: number;
  /** Whether a last window that is not full counts. Default false. */
  ceil?: boolean;
}

/**
 * The largest value in each window, as PyTorch's `MaxPool2d`.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height', width', channels]`
 * @throws `tensor/shape` for another rank or an image smaller than the window, `option/invalid`
 * @example
 * const halved = maxPool2d(features, { window: 3, stride: 2, ceil: true });
 */
export function maxPool2d(x: Tensor4D, options: Pool2dOptions): Tensor4D {
  return maximum({ x }, geometryOf(x, options, 'maxPool2d'));
}

/**
 * The mean of each window, as PyTorch's `AvgPool2d`: the padding counts as zeros, what `ceil` adds behind it not at all.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height', width', channels]`
 * @throws `tensor/shape` for another rank or an image smaller than the window, `option/invalid`
 * @example
 * const halved = averagePool2d(features, { window: 2 });
 */
export function averagePool2d(x: Tensor4D, options: Pool2dOptions): Tensor4D {
  return average({ x }, geometryOf(x, options, 'averagePool2d'));
}

/**
 * How many windows there are along an axis of this size; 0 or less if not one fits.
 *
 * @example
 * pooledSize(224, { window: 3, stride: 2, ceil: true }); // 112
 */
export function pooledSize(
  size: number,
  { window, stride = window, padding = 0, ceil = false }: Pool2dOptions,
): number {
  const steps = (size + 2 * padding - window) / stride;
  const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
}

/** Where the windows of one axis lie. */
interface Axis {
  readonly size: number;
  readonly count: number;
  /** What has to be added behind the image so that the last window is full. */
  readonly after: number;
}

interface Geometry {
  readonly window: number;
  readonly stride: number;
  readonly padding: number;
  readonly rows: Axis;
  readonly columns: Axis;
}

function geometryOf(x: Tensor4D, options: Pool2dOptions, what: string): Geometry {
  checkShape(x, '[batch, height, width, channels]', what);
  const { window, stride = window, padding = 0 } = options;
  const natural = (n: number): boolean => Number.isInteger(n) && n >= 1;
  if (!natural(window) || !natural(stride) || !natural(padding + 1) || 2 * padding > window) {
    throw new SrError({
      code: 'option/invalid',
      message: `${what}: expected a window and a stride of at least 1 and a padding of at most half the window, received ${window}, ${stride}, ${padding}.`,
    });
  }
  const axis = (size: number): Axis => {
    const count = pooledSize(size, options);
    if (count < 1) {
      throw new SrError({
        code: 'tensor/shape',
        message: `${what}: expected sides of at least ${window - 2 * padding} pixels, received [${x.shape.join(', ')}].`,
      });
    }
    return { size, count, after: Math.max((count - 1) * stride + window - padding - size, 0) };
  };
  return { window, stride, padding, rows: axis(x.shape[1]), columns: axis(x.shape[2]) };
}

// Maximum

const maximum: (inputs: { x: Tensor4D }, geometry: Geometry) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.maxPool',
  forward: ({ x }, geometry) =>
    tfMaxPool(extend(x, geometry, Number.NEGATIVE_INFINITY), geometry.window, geometry.stride, 'valid'),
  gradient: (dy, { x }, geometry, y) => ({ x: () => toMaxima({ dy, x, y }, geometry) }),
});

/** Each value of dy at the place of its maximum, zeros elsewhere. */
const toMaxima: (inputs: { dy: Tensor4D; x: Tensor4D; y: Tensor4D }, geometry: Geometry) => Tensor4D =
  /* @__PURE__ */ defineOperation({
    name: 'sr.maxPoolGradient',
    forward: ({ dy, x, y }, geometry) => {
      const extended = extend(x, geometry, Number.NEGATIVE_INFINITY);
      const native = nativeBackend();
      if (native !== undefined) return crop(native.run('MaxPoolGrad', [extended, y, dy], windows(geometry)), geometry);
      const shares = firstMaxima(extended, y, geometry).map(mask => mul<Tensor4D>(mask, dy));
      return crop(spread(shares, geometry), geometry);
    },
    gradient: (g, { x, y }, geometry) => ({
      dy: () => fromMaxima({ g, x, y }, geometry),
      x: () => zerosLike(x),
      y: () => zerosLike(y),
    }),
  });

/** The values of g at the places of the maxima of x: the transposed map. */
const fromMaxima: (inputs: { g: Tensor4D; x: Tensor4D; y: Tensor4D }, geometry: Geometry) => Tensor4D =
  /* @__PURE__ */ defineOperation({
    name: 'sr.maxPoolGather',
    forward: ({ g, x, y }, geometry) => {
      const extended = extend(x, geometry, Number.NEGATIVE_INFINITY);
      const values = extend(g, geometry, 0);
      const native = nativeBackend();
      if (native !== undefined) return native.run('MaxPoolGradGrad', [extended, y, values], windows(geometry));
      return firstMaxima(extended, y, geometry)
        .map((mask, i) => mul<Tensor4D>(mask, part(values, i, geometry)))
        .reduce((sum, term) => add<Tensor4D>(sum, term));
    },
    gradient: (dg, { x, y }, geometry) => ({
      g: () => toMaxima({ dy: dg, x, y }, geometry),
      x: () => zerosLike(x),
      y: () => zerosLike(y),
    }),
  });

/** For each place in the window: 1 where the maximum is first found there, else 0. */
function firstMaxima(extended: Tensor4D, y: Tensor4D, geometry: Geometry): Tensor4D[] {
  let free: Tensor4D | undefined;
  return places(geometry).map(i => {
    const hit = cast(equal(part(extended, i, geometry), y), 'float32') as Tensor4D;
    const mask: Tensor4D = free === undefined ? hit : mul(hit, free);
    free = free === undefined ? sub<Tensor4D>(1, hit) : sub<Tensor4D>(free, mask);
    return mask;
  });
}

// Average

const average: (inputs: { x: Tensor4D }, geometry: Geometry) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.averagePool',
  forward: ({ x }, geometry) =>
    rescale(tfAvgPool(extend(x, geometry, 0), geometry.window, geometry.stride, 'valid'), geometry),
  gradient: (dy, _inputs, geometry) => ({ x: () => spreadAverage({ dy }, geometry) }),
});

/** Each value of dy in equal shares over its window. */
const spreadAverage: (inputs: { dy: Tensor4D }, geometry: Geometry) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.averagePoolGradient',
  forward: ({ dy }, geometry) => {
    const rescaled = rescale(dy, geometry);
    const native = nativeBackend();
    if (native !== undefined) {
      const { rows, columns, padding } = geometry;
      const height = padding + rows.size + rows.after;
      const width = padding + columns.size + columns.after;
      const shape = tensor1d([dy.shape[0], height, width, dy.shape[3]], 'int32');
      return crop(native.run('AvgPoolGrad', [shape, rescaled], windows(geometry)), geometry);
    }
    const share = mul<Tensor4D>(rescaled, 1 / geometry.window ** 2);
    return crop(spread(Array<Tensor4D>(geometry.window ** 2).fill(share), geometry), geometry);
  },
  gradient: (g, _inputs, geometry) => ({ dy: () => average({ x: g }, geometry) }),
});

/** From means over full windows to means over what counts of them. */
function rescale(y: Tensor4D, geometry: Geometry): Tensor4D {
  const { window, stride, padding, rows, columns } = geometry;
  const counted = ({ size, count }: Axis): number[] =>
    Array.from({ length: count }, (_, i) => Math.min(i * stride + window, size + 2 * padding) - i * stride);
  const heights = counted(rows);
  const widths = counted(columns);
  if ([...heights, ...widths].every(n => n === window)) return y;
  const factors = heights.flatMap(height => widths.map(width => window ** 2 / (height * width)));
  return mul(y, tensor4d(factors, [1, rows.count, columns.count, 1]));
}

// Both

/** The image with so much around it that every window is full. */
function extend(x: Tensor4D, { padding, rows, columns }: Geometry, value: number): Tensor4D {
  if (padding === 0 && rows.after === 0 && columns.after === 0) return x;
  return tfPad(x, border([padding, rows.after], [padding, columns.after]), value);
}

/** The image in what `extend` or `spread` gives; zeros where that ends before it. */
function crop(extended: Tensor4D, { padding, rows, columns }: Geometry): Tensor4D {
  const missing = [rows, columns].map(({ size }, i) => Math.max(padding + size - extended.shape[i + 1]!, 0));
  const full = missing.some(n => n > 0) ? tfPad(extended, border([0, missing[0]!], [0, missing[1]!])) : extended;
  return slice(full, [0, padding, padding, 0], [-1, rows.size, columns.size, -1]);
}

function border(vertical: [number, number], horizontal: [number, number]): [number, number][] {
  return [[0, 0], vertical, horizontal, [0, 0]];
}

/** The places in a window in reading order. */
function places({ window }: Geometry): number[] {
  return Array.from({ length: window ** 2 }, (_, i) => i);
}

/** What lies at a place of all windows: `[batch, rows, columns, channels]`. */
function part(extended: Tensor4D, place: number, { window, stride, rows, columns }: Geometry): Tensor4D {
  const [batch, , , channels] = extended.shape;
  const top = Math.floor(place / window);
  const left = place % window;
  const end = [batch, top + (rows.count - 1) * stride + 1, left + (columns.count - 1) * stride + 1, channels];
  return stridedSlice(extended, [0, top, left, 0], end, [1, stride, stride, 1]) as Tensor4D;
}

/**
 * The transpose of `part`, summed over all places: the image is put together of its stride x stride grids of pixels,
 * each of which takes the places that fall on it, moved by whole windows.
 */
function spread(shares: readonly Tensor4D[], { window, stride, rows, columns }: Geometry): Tensor4D {
  const [batch, , , channels] = shares[0]!.shape;
  const extra = Math.ceil(window / stride) - 1;
  const height = rows.count + extra;
  const width = columns.count + extra;
  const grid = (top: number, left: number): Tensor4D => {
    const moved: Tensor4D[] = [];
    for (let i = top; i < window; i += stride) {
      for (let j = left; j < window; j += stride) {
        const down = Math.floor(i / stride);
        const right = Math.floor(j / stride);
        const share = shares[i * window + j]!;
        moved.push(extra === 0 ? share : tfPad(share, border([down, extra - down], [right, extra - right])));
      }
    }
    // A stride larger than the window leaves pixels out.
    return moved.length === 0 ? zerosLike(shares[0]!) : moved.reduce((sum, term) => add<Tensor4D>(sum, term));
  };
  const steps = Array.from({ length: stride }, (_, i) => i);
  const strips = steps.map(top => {
    const cells = steps.map(left => reshape(grid(top, left), [batch, height, width, 1, channels]));
    return reshape(concat(cells, 3), [batch, height, 1, width * stride, channels]);
  });
  return reshape(concat(strips as Tensor[], 2), [batch, height * stride, width * stride, channels]);
}

/** Attributes of TensorFlow's pooling operations. */
function windows({ window, stride }: Geometry): { ksize: number[]; strides: number[]; padding: string } {
  return { ksize: [1, window, window, 1], strides: [1, stride, stride, 1], padding: 'VALID' };
}
