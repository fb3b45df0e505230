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

/** Xavier-uniform (Glorot and Bengio 2010, eq. 16), times `gain`. */
export function xavierUniform({ gain = 1 }: { gain?: number } = {}): Initializer {
  return (shape, random, { fanIn, fanOut }) => {
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return fill(shape, () => random.uniform(-bound, bound));
  };
}

function fill(shape: readonly number[], draw: () => number): Float32Array {
  const values = new Float32Array(size(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
