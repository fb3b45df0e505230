/** What generators are made of: specs of layers, named as PyTorch names them, and the steps that they share. */
import { add, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import {
  type Conv2dOptions,
  constant,
  conv2d,
  type Initializer,
  type LayerParameters,
  type ParameterSpec,
  pixelShuffle,
  torchDefault,
  toTensorflowOrder,
  zeros,
} from 'sr-tensor';

type Specs = Record<string, ParameterSpec>;

export interface ConvSpec {
  readonly from: number;
  readonly to: number;
  /** Side of the kernel; default 3. */
  readonly size?: number;
  /** Default `torchDefault`. */
  readonly init?: Initializer;
  /** Of the bias; `false`: none. Default: `torchDefault` beside a weight of that, else zeros. */
  readonly bias?: Initializer | false;
}

/** `name.weight` and `name.bias` of a convolution. */
export function convSpecs(name: string, layer: ConvSpec): Specs {
  const { from, to, size = 3 } = layer;
  return layerSpecs(name, layer, { shape: [size, size, from, to], layout: 'conv' });
}

/** `name.weight` and `name.bias` of a transposed convolution. */
export function transposedSpecs(name: string, layer: ConvSpec): Specs {
  const { from, to, size = 3 } = layer;
  return layerSpecs(name, layer, { shape: [size, size, to, from], layout: 'conv-transpose' });
}

function layerSpecs(
  name: string,
  { to, init = torchDefault, bias = init === torchDefault ? torchDefault : zeros }: ConvSpec,
  weight: Pick<ParameterSpec, 'shape' | 'layout'>,
): Specs {
  const specs: Specs = { [`${name}.weight`]: { ...weight, init } };
  if (bias !== false) specs[`${name}.bias`] = { shape: [to], layout: 'plain', init: bias };
  return specs;
}

/** `name.weight` of a PReLU: `count` slopes, at first 0.25 as in PyTorch. */
export function preluSpecs(name: string, count = 1): Specs {
  return { [`${name}.weight`]: { shape: [count], layout: 'plain', init: constant(0.25) } };
}

/** Adds 1 where the middle of a 3x3 kernel, or of each of several, takes a channel to itself. */
export function plusIdentity(init: Initializer): Initializer {
  return (shape, random, fan) => {
    const values = init(shape, random, fan);
    const [from, to] = shape.slice(-2) as [number, number];
    for (let kernel = 0; kernel < values.length; kernel += 9 * from * to) {
      const middle = kernel + 4 * from * to;
      for (let channel = 0; channel < Math.min(from, to); channel++) values[middle + channel * to + channel]! += 1;
    }
    return values;
  };
}

/** 0, 1, ..., count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Applies steps one after the other and frees what only the next one needs. */
export function chain(x: Tensor4D, steps: readonly ((x: Tensor4D) => Tensor4D)[]): Tensor4D {
  let value = x;
  for (const step of steps) {
    const next = tidy(() => step(value));
    if (value !== x) value.dispose();
    value = next;
  }
  return value;
}

/** x + body(x). */
export function residual(body: (x: Tensor4D) => Tensor4D): (x: Tensor4D) => Tensor4D {
  return x => add(x, body(x));
}

/** A convolution and a pixel shuffle; an activation between them is the same as after them. */
export function subPixelConv(
  x: Tensor4D,
  layer: LayerParameters,
  { factor, ...options }: Conv2dOptions & { factor: number },
): Tensor4D {
  // The channels of the weights are put in order rather than those of the pictures, which are far larger.
  return tidy(() =>
    pixelShuffle(conv2d(x, toTensorflowOrder(layer, factor), options), factor, { order: 'tensorflow' }),
  );
}

/** Convolutions between two changes of size. */
export interface Reach {
  /** The enlargement before them; default 1. */
  readonly factor?: number;
  /** How many pixels they see to each side, together. */
  readonly reach: number;
}

/** How many pixels of the input an output pixel depends on to each side, of convolutions with enlargements between. */
export function radiusOf(stages: readonly Reach[]): number {
  const scale = stages.reduce((product, { factor = 1 }) => product * factor, 1);
  let radius = 0;
  for (let phase = 0; phase < scale; phase++) {
    let [low, high] = [phase, phase];
    for (const { factor = 1, reach } of stages.toReversed()) {
      low = Math.floor((low - reach) / factor);
      high = Math.floor((high + reach) / factor);
    }
    radius = Math.max(radius, -low, high);
  }
  return radius;
}
