/**
 * The three bilinear maps of a convolution layer, each the gradient of the others, so that they can be
 * differentiated any number of times:
 *
 *   y  = conv(x, w)          dx = convInput(dy, w)      dw = convFilter(x, dy)
 *
 * x, dx `[batch, height, width, in]`; y, dy `[batch, height', width', out]`; w, dw `[kernelHeight, kernelWidth, in, out]`;
 * height' = floor((height + 2 padding - kernelHeight) / stride) + 1, likewise width'.
 */
import {
  add,
  engine,
  getBackend,
  leakyRelu,
  type NamedAttrMap,
  relu,
  reshape,
  reverse,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  conv2d as tfConv2d,
  conv2dTranspose as tfConv2dTranspose,
  transpose,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { fusedWith, type NativeAttribute, type NativeBackend, nativeBackend } from '../backend/native-ops.js';
import { filterGradient, type Margins4D } from '../backend/wasm-kernels.js';
import { channelSum } from './channel-sum.js';
import { defineOperation } from './operation.js';

/** Zeros around the image: rows above and below, columns left and right. */
export type ZeroPadding = readonly [vertical: number, horizontal: number];

export interface ConvGeometry {
  readonly stride: number;
  readonly padding: ZeroPadding;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

type Operation<Inputs, Attributes> = (inputs: Inputs, attributes: Attributes) => Tensor4D;

/** The convolution (as in networks: a correlation) of `x` with `weight`. */
const conv: Operation<{ x: Tensor4D; weight: Tensor4D }, ConvGeometry> = /* @__PURE__ */ defineOperation({
  name: 'sr.conv',
  forward: ({ x, weight }, geometry) => convForward(x, weight, geometry),
  gradient: (dy, { x, weight }, geometry) => ({
    x: () => convInput({ dy, weight }, { ...geometry, ...imageSize(x) }),
    weight: () => convFilter({ x, dy }, { ...geometry, ...filterSize(weight) }),
  }),
});

/** The gradient of `conv` with respect to its input, whose size is to be told; also the transposed convolution. */
export const convInput: Operation<{ dy: Tensor4D; weight: Tensor4D }, ConvGeometry & Size> =
  /* @__PURE__ */ defineOperation({
    name: 'sr.convInput',
    forward: ({ dy, weight }, attributes) => convInputForward(dy, weight, attributes),
    gradient: (ddx, { dy, weight }, { stride, padding }) => ({
      dy: () => conv({ x: ddx, weight }, { stride, padding }),
      weight: () => convFilter({ x: ddx, dy }, { stride, padding, ...filterSize(weight) }),
    }),
  });

/** The gradient of `conv` with respect to its filter, whose size is to be told. */
export const convFilter: Operation<{ x: Tensor4D; dy: Tensor4D }, ConvGeometry & Size> =
  /* @__PURE__ */ defineOperation({
    name: 'sr.convFilter',
    forward: ({ x, dy }, attributes) => convFilterForward(x, dy, attributes),
    gradient: (ddw, { x, dy }, { stride, padding }) => ({
      x: () => convInput({ dy, weight: ddw }, { stride, padding, ...imageSize(x) }),
      dy: () => conv({ x, weight: ddw }, { stride, padding }),
    }),
  });

/** The gradient of a bias: the sum over all positions. */
export const biasGradient: (inputs: { dy: Tensor4D }, attributes: object) => Tensor1D = /* @__PURE__ */ defineOperation(
  {
    name: 'sr.biasGradient',
    forward: ({ dy }) =>
      nativeBackend()?.run<Tensor1D>('BiasAddGrad', [dy]) ?? reshape(channelSum({ x: dy }, { axes: [0, 1, 2] }), [-1]),
    gradient: (ddb, { dy }) => ({ dy: () => add(zerosLike(dy), ddb) }),
  },
);

/** The value of `conv`; not recorded. */
export function convForward(x: Tensor4D, weight: Tensor4D, { stride, padding }: ConvGeometry): Tensor4D {
  const native = nativeBackend();
  if (native === undefined) return tfConv2d(x, weight, stride, explicit(padding));
  const attributes = nativeGeometry(weight, { stride, padding });
  return prefersOneDnnForward(native, x, attributes)
    ? native.runOneDnn('Conv2D', [x, weight], attributes)
    : native.run('Conv2D', [x, weight], attributes);
}

/** The value of `conv` plus a bias `[out]`; not recorded. */
export function convBiasForward(x: Tensor4D, weight: Tensor4D, bias: Tensor1D, geometry: ConvGeometry): Tensor4D {
  const native = nativeBackend();
  if (getBackend() === 'webgpu') return fusedForward(x, weight, bias, geometry, { activation: 'linear' });
  if (native === undefined) return add(convForward(x, weight, geometry), bias);
  const attributes = nativeGeometry(weight, geometry);
  if (prefersOneDnnForward(native, x, attributes))
    return native.runOneDnn('Conv2DWithBias', [x, weight, bias], attributes);
  return native.run('BiasAdd', [native.run('Conv2D', [x, weight], attributes), bias]);
}

/** The value of `conv` plus a bias `[out]`, times the slope where it is negative (0: ReLU); not recorded. */
export function convActivationForward(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  { slope, ...geometry }: ConvGeometry & { slope: number },
): Tensor4D {
  const native = nativeBackend();
  if (native?.hasFusedConv && bias !== undefined) {
    // One pass over the output instead of two or three.
    const attributes = nativeGeometry(weight, geometry);
    const fused = { ...attributes, ...(slope === 0 ? fusedWith('Relu') : fusedWith('LeakyRelu', slope)) };
    return prefersOneDnnForward(native, x, attributes)
      ? native.runOneDnn('FusedConv2D', [x, weight, bias], fused)
      : native.run('_FusedConv2D', [x, weight, bias], fused);
  }
  if (getBackend() === 'webgpu' && bias !== undefined) {
    const activation = slope === 0 ? { activation: 'relu' } : { activation: 'leakyrelu', leakyreluAlpha: slope };
    return fusedForward(x, weight, bias, geometry, activation);
  }
  const y = bias === undefined ? convForward(x, weight, geometry) : convBiasForward(x, weight, bias, geometry);
  return slope === 0 ? relu(y) : leakyRelu(y, slope);
}

/**
 * Convolution, bias and activation as tfjs's one kernel: one pass over the output instead of two or three, in 0.76 of the time on
 * WebGPU. On WebGL it takes 1.2 times that of its parts, on wasm too (`npm run bench -- gpu-operations`).
 */
function fusedForward(
  x: Tensor4D,
  filter: Tensor4D,
  bias: Tensor1D,
  { stride, padding }: ConvGeometry,
  activation: { readonly activation: string; readonly leakyreluAlpha?: number },
): Tensor4D {
  const geometry = { strides: stride, pad: explicit(padding), dataFormat: 'NHWC', dilations: 1 };
  const attributes = { ...geometry, ...activation } as unknown as NamedAttrMap;
  return engine().runKernel('FusedConv2D', { x, filter, bias }, attributes) as Tensor4D;
}

/** The value of `convInput`; not recorded. */
function convInputForward(
  dy: Tensor4D,
  weight: Tensor4D,
  { stride, padding, height, width }: ConvGeometry & Size,
): Tensor4D {
  const [kernelHeight, kernelWidth, channels] = weight.shape;
  const shape: [number, number, number, number] = [dy.shape[0], height, width, channels];
  const native = nativeBackend();
  if (native !== undefined) {
    const inputs = [tensor1d(shape, 'int32'), weight, dy];
    const attributes = nativeGeometry(weight, { stride, padding });
    return prefersOneDnn(native, dy, attributes)
      ? native.runOneDnn('Conv2DBackpropInput', inputs, attributes)
      : native.run('Conv2DBackpropInput', inputs, attributes);
  }
  // The wasm kernel of this gradient is five times slower than its convolution.
  if (getBackend() === 'wasm' && stride === 1 && padding[0] < kernelHeight && padding[1] < kernelWidth) {
    const flipped = transpose(reverse(weight, [0, 1]), [0, 1, 3, 2]);
    return tfConv2d(dy, flipped, 1, explicit([kernelHeight - 1 - padding[0], kernelWidth - 1 - padding[1]]));
  }
  return tfConv2dTranspose(dy, weight, shape, stride, explicit(padding));
}

/** The value of `convFilter`; not recorded. */
function convFilterForward(
  x: Tensor4D,
  dy: Tensor4D,
  { stride, padding, height, width }: ConvGeometry & Size,
): Tensor4D {
  const shape: [number, number, number, number] = [height, width, x.shape[3], dy.shape[3]];
  const native = nativeBackend();
  if (native !== undefined) {
    const inputs = [x, tensor1d(shape, 'int32'), dy];
    const attributes = nativeGeometry({ shape }, { stride, padding });
    // oneDNN's takes a third to two thirds of the time (8 x 24 x 24, 32 to 96 channels), as much with 64 x 64 channels.
    return prefersOneDnn(native, x, attributes)
      ? native.runOneDnn('Conv2DBackpropFilter', inputs, attributes)
      : native.run('Conv2DBackpropFilter', inputs, attributes);
  }
  if (getBackend() === 'wasm') {
    return filterGradient(x, dy, { kernel: [height, width], strides: [stride, stride], margins: explicit(padding) });
  }
  const attributes = { strides: stride, pad: explicit(padding), dataFormat: 'NHWC', filterShape: shape };
  return engine().runKernel('Conv2DBackpropFilter', { x, dy }, attributes as unknown as NamedAttrMap) as Tensor4D;
}

/**
 * Whether oneDNN's convolution is the faster one. For a batch of one it takes a slow way (1.3 times the time of
 * TensorFlow's own, else 0.6 to 0.9 of it), and explicit padding is not among what it is asked for here.
 */
function prefersOneDnn(native: NativeBackend, x: Tensor4D, { padding }: Record<string, NativeAttribute>): boolean {
  return x.shape[0] > 1 && padding !== 'EXPLICIT' && native.hasOneDnn;
}

/**
 * The same for the convolution itself, before which oneDNN puts the filter into another order, each time: with few positions
 * that costs more than it gains (256 channels, 2 x 31 x 31: 1.2 to 1.5 times; 2 x 64 x 64: 0.9).
 */
function prefersOneDnnForward(
  native: NativeBackend,
  x: Tensor4D,
  attributes: Record<string, NativeAttribute>,
): boolean {
  const [batch, height, width] = x.shape;
  return batch * height * width >= fewPositions && prefersOneDnn(native, x, attributes);
}

const fewPositions = 4096;

/** Attributes of TensorFlow's convolutions. */
function nativeGeometry(
  { shape: [kernelHeight, kernelWidth] }: { shape: readonly [number, number, number, number] },
  { stride, padding: [vertical, horizontal] }: ConvGeometry,
): Record<string, NativeAttribute> {
  const strides = [1, stride, stride, 1];
  if (vertical === 0 && horizontal === 0) return { strides, padding: 'VALID' };
  if (stride === 1 && 2 * vertical + 1 === kernelHeight && 2 * horizontal + 1 === kernelWidth) {
    return { strides, padding: 'SAME' };
  }
  const explicitPaddings = [0, 0, vertical, vertical, horizontal, horizontal, 0, 0];
  return { strides, padding: 'EXPLICIT', explicit_paddings: explicitPaddings };
}

function explicit([vertical, horizontal]: ZeroPadding): Margins4D {
  return [
    [0, 0],
    [vertical, vertical],
    [horizontal, horizontal],
    [0, 0],
  ];
}

function imageSize({ shape }: Tensor4D): Size {
  return { height: shape[1], width: shape[2] };
}

function filterSize({ shape }: Tensor4D): Size {
  return { height: shape[0], width: shape[1] };
}
