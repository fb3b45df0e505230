/**
 * Convolution layer: y = activation(conv(pad(x), weight) + bias), bias and activation fused.
 */
import { Tensor, type Tensor1D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import type { LayerParameters } from '../network.js';
import { prelu } from './activations.js';
import {
  biasGradient,
  type ConvGeometry,
  convActivationForward,
  convBiasForward,
  convFilter,
  convForward,
  convInput,
  type ZeroPadding,
} from './conv2d-kernels.js';
import { defineOperation } from './operation.js';
import { type PaddingMode, pad } from './padding.js';
import { rectifierGradient } from './rectifier-gradient.js';

export interface Conv2dOptions {
  /** Default 1. */
  stride?: number;
  /**
   * Pixels around the image, on each side; `'same'` (default): half the kernel, rounded down, as PyTorch networks
   * write it (`padding = k // 2`); `'valid'`: none.
   */
  padding?: number | 'same' | 'valid';
  /** What the padding holds. Default `'zero'`. */
  paddingMode?: PaddingMode;
  /** Applied to the output; default none. */
  activation?: 'relu' | 'leaky-relu' | 'prelu';
  /** Slope below zero: a number >= 0 for `'leaky-relu'` (default 0.01, PyTorch's), a tensor `[1]` or `[out]` for `'prelu'`. */
  slope?: number | Tensor;
}

/**
 * A convolution layer with bias and activation, as in PyTorch's `Conv2d`.
 *
 * Output size: floor((size + 2 padding - kernel) / stride) + 1.
 *
 * @param x `[batch, height, width, in]`
 * @param layer weight `[kernelHeight, kernelWidth, in, out]`, bias `[out]` or none
 * @returns `[batch, height', width', out]`
 * @throws `tensor/shape` if shapes do not fit each other, `option/invalid` for a slope that the activation cannot have
 *
 * @example
 * const features = conv2d(x, p('body.0'), { activation: 'relu' });
 */
export function conv2d(x: Tensor4D, layer: LayerParameters, options: Conv2dOptions = {}): Tensor4D {
  const { stride = 1, padding = 'same', paddingMode = 'zero', activation, slope } = options;
  const weight = layer.weight as Tensor4D;
  const bias = layer.bias as Tensor1D | undefined;
  checkShape(x, '[batch, height, width, channels]', 'conv2d: x');
  checkShape(weight, `[kernelHeight, kernelWidth, ${x.shape[3]}, out]`, 'conv2d: weight');
  if (bias !== undefined) checkShape(bias, `[${weight.shape[3]}]`, 'conv2d: bias');

  // The gradient is taken from the sign of the output, which is that of the input only if the slope is not negative.
  const below = activation === 'leaky-relu' ? (slope ?? 0.01) : 0;
  if (typeof below !== 'number' || !(below >= 0)) throw invalidSlope(activation, slope, 'a number >= 0');
  if (activation === 'prelu' && !(slope instanceof Tensor)) throw invalidSlope(activation, slope, 'a tensor');

  return tidy(() => {
    const amount = paddingAmount(padding, weight);
    const isZero = paddingMode === 'zero' || (amount[0] === 0 && amount[1] === 0);
    const padded = isZero ? x : pad(x, margins(amount), { mode: paddingMode });
    const geometry = { stride, padding: isZero ? amount : ([0, 0] as const) };
    const isRectified = activation === 'relu' || activation === 'leaky-relu';
    const y = convLayer({ x: padded, weight, bias }, isRectified ? { ...geometry, slope: below } : geometry);
    return activation === 'prelu' ? prelu(y, slope as Tensor1D) : y;
  });
}

interface LayerAttributes extends ConvGeometry {
  /** Slope of the activation below zero (0: ReLU); absent: no activation. */
  readonly slope?: number;
}

/** conv + bias + (leaky) ReLU. */
const convLayer: (
  inputs: { x: Tensor4D; weight: Tensor4D; bias?: Tensor1D | undefined },
  attributes: LayerAttributes,
) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.convLayer',
  forward: ({ x, weight, bias }, { stride, padding, slope }) => {
    const geometry = { stride, padding };
    if (slope !== undefined) return convActivationForward(x, weight, bias, { ...geometry, slope });
    return bias === undefined ? convForward(x, weight, geometry) : convBiasForward(x, weight, bias, geometry);
  },
  gradient: (dy, { x, weight }, { stride, padding, slope }, y) => {
    const dz = slope === undefined ? dy : rectifierGradient({ dy, x: y }, { slope });
    const geometry = { stride, padding };
    return {
      x: () => convInput({ dy: dz, weight }, { ...geometry, height: x.shape[1], width: x.shape[2] }),
      weight: () => convFilter({ x, dy: dz }, { ...geometry, height: weight.shape[0], width: weight.shape[1] }),
      bias: () => biasGradient({ dy: dz }, {}),
    };
  },
});

function paddingAmount(padding: number | 'same' | 'valid', weight: Tensor4D): ZeroPadding {
  if (padding === 'valid') return [0, 0];
  if (padding === 'same') return [Math.floor(weight.shape[0] / 2), Math.floor(weight.shape[1] / 2)];
  return [padding, padding];
}

function margins([vertical, horizontal]: ZeroPadding): { top: number; bottom: number; left: number; right: number } {
  return { top: vertical, bottom: vertical, left: horizontal, right: horizontal };
}

function invalidSlope(activation: string | undefined, slope: unknown, expected: string): SrError {
  const received = typeof slope === 'object' ? 'a tensor' : String(slope);
  return new SrError({
    code: 'option/invalid',
    message: `conv2d: expected ${expected} as slope of "${activation}", received ${received}.`,
  });
}
