/**
 * Kernels that tfjs's wasm backend lacks and training needs, made of those that it has.
 */
import {
  add,
  backend_util,
  cast,
  concat,
  conv2d,
  depthwiseConv2d,
  getKernel,
  matMul,
  mul,
  notEqual,
  oneHot,
  pad,
  registerKernel,
  reshape,
  reverse,
  slice,
  stridedSlice,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  type Tensor5D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';

/**
 * Registers the kernels for training that the wasm backend lacks: filter gradients of convolutions, both gradients of
 * depthwise convolutions, `UnsortedSegmentSum` (the gradient of `gather`) and `IsNan`.
 *
 * A kernel that is already there stays. To be called after the wasm backend has been imported.
 */
export function registerWasmKernels(): void {
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (getKernel(kernelName, 'wasm') !== undefined) continue;
    registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => tidy(() => compute(inputs as never, (attrs ?? {}) as never)),
    });
  }
}

export type Shape4D = [number, number, number, number];
export type Margins4D = [[number, number], [number, number], [number, number], [number, number]];

/**
 * The gradient of a convolution with respect to its filter, as a convolution: channels as batch, the batch as channels,
 * dy as the filter, the stride as dilation.
 *
 * @param x `[batch, height, width, in]`
 * @param dy `[batch, height', width', out]`
 * @returns `[...kernel, in, out]`
 */
export function filterGradient(
  x: Tensor4D,
  dy: Tensor4D,
  { kernel, strides, margins }: { kernel: [number, number]; strides: [number, number]; margins: Margins4D },
): Tensor4D {
  const images = transpose(x, [3, 1, 2, 0]) as Tensor4D;
  const filter = transpose(dy, [1, 2, 0, 3]) as Tensor4D;
  const products = conv2d(images, filter, 1, margins, 'NHWC', strides);
  // Where the stride does not divide, the last rows and columns of x were never used.
  return transpose(slice(products, [0, 0, 0, 0], [-1, ...kernel, -1]), [1, 2, 0, 3]);
}

interface ConvAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | Margins4D;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: 'NHWC';
  filterShape: Shape4D;
  inputShape: Shape4D;
}

const kernels: Readonly<Record<string, (inputs: never, attributes: never) => Tensor>> = {
  Conv2DBackpropFilter({ x, dy }: { x: Tensor4D; dy: Tensor4D }, attributes: ConvAttributes) {
    const { kernel, strides, margins } = geometry(x.shape, attributes.filterShape, attributes, false);
    return filterGradient(x, dy, { kernel, strides, margins });
  },

  /** For each position of the filter the products of dy and the part of x that it lies on. */
  DepthwiseConv2dNativeBackpropFilter({ x, dy }: { x: Tensor4D; dy: Tensor4D }, attributes: ConvAttributes) {
    const { kernel, strides, margins } = geometry(x.shape, attributes.filterShape, attributes, true);
    const [batch, height, width] = dy.shape;
    const [, , channels, multiplier] = attributes.filterShape;
    const padded = pad(x, margins);
    const slopes = reshape(dy, [batch, height, width, channels, multiplier]);
    const places: Tensor[] = [];
    for (let i = 0; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++) {
        const end = [i + (height - 1) * strides[0] + 1, j + (width - 1) * strides[1] + 1] as const;
        const part = stridedSlice(padded, [0, i, j, 0], [batch, ...end, channels], [1, ...strides, 1]);
        places.push(sum(mul(reshape(part, [batch, height, width, channels, 1]), slopes), [0, 1, 2]));
      }
    }
    return reshape(concat(places), attributes.filterShape);
  },

  /** dy, spread out by the stride, convolved with the filter turned around. */
  DepthwiseConv2dNativeBackpropInput({ dy, filter }: { dy: Tensor4D; filter: Tensor4D }, attributes: ConvAttributes) {
    const { inputShape } = attributes;
    const { kernel, strides, margins } = geometry(inputShape, filter.shape, attributes, true);
    const [, , channels, multiplier] = filter.shape;
    const spread = insertZeros(dy, strides);
    const size = spread.shape.slice(0, 3) as [number, number, number];
    const turned = reverse(filter, [0, 1]);
    // So many zeros that a 'valid' convolution gives the size of x, its first pixel where the filter first touched it.
    const before = kernel.map((size, axis) => size - 1 - margins[axis + 1]![0]) as [number, number];
    const after = before.map((n, axis) => inputShape[axis + 1]! + kernel[axis]! - 1 - spread.shape[axis + 1]! - n) as [
      number,
      number,
    ];
    let dx: Tensor4D | undefined;
    for (let m = 0; m < multiplier; m++) {
      const slopes = slice(reshape(spread, [...size, channels, multiplier]), [0, 0, 0, 0, m], [-1, -1, -1, -1, 1]);
      const placed = resizeBorder(reshape(slopes, [...size, channels]), before, after);
      const part = slice(turned, [0, 0, 0, m], [-1, -1, -1, 1]);
      const term = depthwiseConv2d(placed, part, 1, 'valid');
      dx = dx === undefined ? term : add(dx, term);
    }
    return dx!;
  },

  /** A matrix product with the indicators of the segments; indices outside of them drop out. */
  UnsortedSegmentSum({ x, segmentIds }: { x: Tensor; segmentIds: Tensor1D }, { numSegments }: { numSegments: number }) {
    const rows = reshape(x, [segmentIds.size, x.size / segmentIds.size]);
    // As integers: the wasm kernel of oneHot writes the bits of integers into floats.
    const indicators = cast(oneHot(segmentIds, numSegments), 'float32') as Tensor2D;
    return reshape(matMul(indicators, rows, true), [numSegments, ...x.shape.slice(segmentIds.rank)]);
  },

  /** NaN alone differs from itself. */
  IsNan: ({ x }: { x: Tensor }) => notEqual(x, x),
};

function geometry(
  inputShape: Shape4D,
  filterShape: Shape4D,
  { strides, pad, dimRoundingMode }: ConvAttributes,
  depthwise: boolean,
): { kernel: [number, number]; strides: [number, number]; margins: Margins4D } {
  // tfjs has no gradients of dilated convolutions: they never ask for them.
  const dilations = 1;
  const info = backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
  const { top, bottom, left, right } = info.padInfo;
  return {
    kernel: [filterShape[0], filterShape[1]],
    strides: [info.strideHeight, info.strideWidth],
    margins: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  };
}

/** Puts stride - 1 zeros between the pixels. */
function insertZeros(x: Tensor4D, [vertical, horizontal]: [number, number]): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (vertical === 1 && horizontal === 1) return x;
  const wide = pad(reshape(x, [batch, height, width, 1, channels]) as Tensor5D, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, horizontal - 1],
    [0, 0],
  ]);
  const tall = pad(reshape(wide, [batch, height, 1, width * horizontal, channels]) as Tensor5D, [
    [0, 0],
    [0, 0],
    [0, vertical - 1],
    [0, 0],
    [0, 0],
  ]);
  const grid = reshape(tall, [batch, height * vertical, width * horizontal, channels]) as Tensor4D;
  const size = [(height - 1) * vertical + 1, (width - 1) * horizontal + 1] as const;
  return slice(grid, [0, 0, 0, 0], [-1, ...size, -1]);
}

/** Adds rows and columns of zeros before and after, or takes them off where the number is negative. */
function resizeBorder(x: Tensor4D, before: [number, number], after: [number, number]): Tensor4D {
  const outwards = (n: number): number => Math.max(n, 0);
  const inwards = (n: number): number => Math.max(-n, 0);
  const padded = pad(x, [
    [0, 0],
    [outwards(before[0]), outwards(after[0])],
    [outwards(before[1]), outwards(after[1])],
    [0, 0],
  ]);
  const size = [0, 1].map(axis => padded.shape[axis + 1]! - inwards(before[axis]!) - inwards(after[axis]!));
  return slice(padded, [0, inwards(before[0]), inwards(before[1]), 0], [-1, size[0]!, size[1]!, -1]);
}
