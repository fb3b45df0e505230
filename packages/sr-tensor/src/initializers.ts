import type { Random } from './random.js';

/** Values for a parameter of this shape (TensorFlow's order of axes); `fanIn` and `fanOut` are those of its layer. */
export type Initializer = (shape: readonly number[], random: Random, fan: Fan) => Float32Array;

export interface Fan {
  readonly fanIn: number;
  readonly fanOut: number;
}

export const zeros: Initializer = shape => new Float32Array(size(shape));

export const ones: Initializer = shape => new Float32Array(size(shape)).fill(1);

export function constant(value: number): Initializer {
  return shape => new Float32Array(size(shape)).fill(value);
}

/**
 * PyTorch's default for convolutions and linear layers, weights and biases: uniform in +-1/sqrt(fanIn).
 * (`torch.nn.Conv2d.reset_parameters`: Kaiming-uniform with a = sqrt(5).)
 */
export const torchDefault: Initializer = (shape, random, { fanIn }) => {
  const bound = 1 / Math.sqrt(fanIn);
  return fill(shape, () => random.uniform(-bound, bound));
};

/** Kaiming-normal (He et al. 2015, eq. 10; leaky slope as in eq. 15), times `scale`. */
export function kaimingNormal({ slope = 0, scale = 1 }: { slope?: number; scale?: number } = {}): Initializer {
  return (shape, random, { fanIn }) => {
    const deviation = scale * Math.sqrt(2 / ((1 + slope * slope) * fanIn));
    return fill(shape, () => random.normal(0, deviation));
  };
}

/** Normal with mean 0 and the given deviation. */
export function normal({ deviation }: { deviation: number }): Initializer {
  return (shape, random) => fill(shape, () => random.normal(0, deviation));
}

/** Xavier-uniform (Glorot and Bengio 2010, eq. 16), times `gain`. */
export function xavierUniform({ gain = 1 }: { gain?: number } = {}): Initializer {
  return (shape, random, { fanIn, fanOut }) => {
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return fill(shape, () => random.uniform(-bound, bound));
  };
}

/**
 * The start of a convolution before a pixel shuffle after which the large picture is the nearest-neighbour enlargement
 * of what the convolution, as `init` starts it, gives at the small size (ICNR: Aitken et al., "Checkerboard artifact free
 * sub-pixel convolution", 2017): the `factor`^2 output channels that become one square begin equal.
 *
 * @param init of a weight (output channels last) or a bias, for as many channels as the large picture has
 */
export function icnr(init: Initializer, { factor }: { factor: number }): Initializer {
  return (shape, random, { fanIn, fanOut }) => {
    const squares = factor ** 2;
    const outputs = shape.at(-1)! / squares;
    const drawn = init([...shape.slice(0, -1), outputs], random, { fanIn, fanOut: fanOut / squares });
    return Float32Array.from({ length: size(shape) }, (_, i) => drawn[Math.floor(i / squares)]!);
  };
}

/**
 * A transposed convolution that enlarges bilinearly, as Caffe and MatConvNet start it: every kernel is the outer
 * product of 1 - |t - center| / ceil(size / 2) with itself.
 */
export const bilinearKernel: Initializer = shape => {
  const [height, width, ...rest] = shape as [number, number, ...number[]];
  const kernels = size(rest);
  const along = (t: number, length: number): number => {
    const factor = Math.ceil(length / 2);
    return 1 - Math.abs(t - (length % 2 === 1 ? factor - 1 : factor - 0.5)) / factor;
  };
  return Float32Array.from({ length: size(shape) }, (_, i) => {
    const tap = Math.floor(i / kernels);
    return along(Math.floor(tap / width), height) * along(tap % width, width);
  });
};

function fill(shape: readonly number[], draw: () => number): Float32Array {
  const values = new Float32Array(size(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
