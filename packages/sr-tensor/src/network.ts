import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializers.js';

/**
 * How the axes of a parameter are ordered, here and in PyTorch's files (the only place where the other order occurs):
 *
 * | layout | here (TensorFlow) | files (PyTorch) |
 * |---|---|---|
 * | `conv` | height, width, in, out | out, in, height, width |
 * | `conv-transpose` | height, width, out, in | in, out, height, width |
 * | `depthwise` | height, width, channels, multiplier | channels x multiplier, 1, height, width |
 * | `linear` | in, out | out, in |
 * | `plain` | as it is | as it is |
 */
export type Layout = 'conv' | 'conv-transpose' | 'depthwise' | 'linear' | 'plain';

/** What is known of a parameter before it has values. */
export interface ParameterSpec {
  /** In TensorFlow's order of axes. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly init: Initializer;
  /** `false`: a buffer such as a running mean. Default true. */
  readonly trainable?: boolean;
}

/** Parameters by their name in the reference PyTorch checkpoint (`body.0.weight`). */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** The parameters of one layer. */
export interface LayerParameters {
  readonly weight: Tensor;
  readonly bias?: Tensor | undefined;
}

/**
 * How `apply` reads parameters: `p('body.0')` gives the layer's `weight` and (where there is one) `bias`;
 * `p.get('norm.running_mean')` any parameter by its full name; `p.scope('body')` the same below a prefix.
 */
export interface Scope {
  (layer: string): LayerParameters;
  get(name: string): Tensor;
  has(name: string): boolean;
  scope(prefix: string): Scope;
}

export interface ApplyContext {
  readonly mode: 'inference' | 'training';
  /** In training, hands a new value of a buffer (running statistics) to the caller, who commits it after the step. */
  update(name: string, value: Tensor): void;
  /** Takes what the network computes beside its output (`Network.outputs`); absent where nobody wants it. */
  output?(name: string, value: Tensor4D): void;
}

/**
 * A network as data: a config, the specs of its parameters and a pure function.
 *
 * `apply` takes `[batch, height, width, 3]` in [0, 1] and returns `[batch, height * scale, width * scale, 3]`,
 * whose values may leave [0, 1].
 */
export interface Network {
  /** The name of the family, `compact` for instance; with `config` it rebuilds the network. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The enlargement; 1 keeps the size. */
  readonly scale: number;
  /** How many input pixels to each side an output pixel depends on; tiles overlap by it. Infinity: global. */
  readonly radius: number;
  readonly parameters: ParameterSpecs;
  /** What `apply` can hand to `context.output` beside its output, such as SPSR's `gradient`. Default: nothing. */
  readonly outputs?: readonly string[];
  /** The same function with fewer parameters, for a network that is trained wider than it is used. */
  readonly folded?: FoldedNetwork;
  apply(x: Tensor4D, p: Scope, context: ApplyContext): Tensor4D;
}

/** What a network becomes after training, and its parameters as a function of the trained ones. */
export interface FoldedNetwork {
  readonly network: Network;
  /** The parameters of `network` by name, from those of the trained network. Differentiable. */
  fold(p: Scope): Readonly<Record<string, Tensor>>;
}

/** Where a feature map of an encoder lies. */
export interface FeatureGeometry {
  readonly channels: number;
  /** Input pixels between neighbouring units. */
  readonly stride: number;
  /** Side of the input square that a unit sees. */
  readonly receptiveField: number;
  /** Where the square of the first unit begins, in input pixels; negative in the padding. Absent: centred. */
  readonly start?: number;
}

/** Turns images `[batch, height, width, 3]` in [0, 1] into named feature maps, computed only as deep as asked. */
export interface Encoder<Layer extends string = string> {
  (images: Tensor4D, options: { layers: readonly Layer[] }): Record<Layer, Tensor4D>;
  readonly encoderName: string;
  readonly layers: readonly Layer[];
  geometry(layer: Layer): FeatureGeometry;
  dispose(): void;
}

/** Checks and completes the description of a network; the radius defaults to Infinity (tiles are then not exact). */
export function defineNetwork(
  network: Omit<Network, 'config' | 'radius'> & Partial<Pick<Network, 'config' | 'radius'>>,
): Network {
  return { config: {}, radius: Number.POSITIVE_INFINITY, ...network };
}

/** How many numbers the parameters hold. */
export function countParameters(network: Pick<Network, 'parameters'>, options: { trainable?: boolean } = {}): number {
  let count = 0;
  for (const spec of Object.values(network.parameters)) {
    if (options.trainable && spec.trainable === false) continue;
    count += spec.shape.reduce((product, size) => product * size, 1);
  }
  return count;
}
