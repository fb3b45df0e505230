import { type Tensor, type Tensor4D, tensor, type Variable, variable } from '@tensorflow/tfjs-core';
import { SrError } from './errors.js';
import type { Fan } from './initializers.js';
import type { ApplyContext, LayerParameters, Network, ParameterSpec, ParameterSpecs, Scope } from './network.js';
import { Random } from './random.js';
import { prefersHalves, runInHalves } from './run-in-halves.js';
import { fromFileLayout, toFileLayout } from './weights/layout.js';
import type { WeightTensor } from './weights/types.js';

/**
 * The values of a network's parameters: named variables, in the order of the specs.
 *
 * Names are the keys of this map and nothing else; tfjs's own variable names stay automatic.
 */
export class Parameters {
  readonly specs: ParameterSpecs;
  readonly #variables: ReadonlyMap<string, Variable>;

  private constructor(specs: ParameterSpecs, variables: ReadonlyMap<string, Variable>) {
    this.specs = specs;
    this.#variables = variables;
  }

  /** New parameters, drawn by each spec's initialiser: same seed, same values on every backend. */
  static create(specs: ParameterSpecs, { seed = 0 }: { seed?: number } = {}): Parameters {
    const random = new Random(seed);
    return Parameters.#fill(specs, (name, spec) => spec.init(spec.shape, random, fanOf(name, specs)));
  }

  /**
   * Parameters from the tensors of a weight file (PyTorch's names and order of axes).
   *
   * @throws `weights/missing`, `weights/shape` or `weights/unexpected` for the first that does not fit
   */
  static fromWeights(
    specs: ParameterSpecs,
    weights: ReadonlyMap<string, WeightTensor>,
    { allowUnexpected = false }: { allowUnexpected?: boolean } = {},
  ): Parameters {
    if (!allowUnexpected) {
      for (const name of weights.keys()) {
        if (name in specs) continue;
        throw new SrError({
          code: 'weights/unexpected',
          message: `The weights hold "${name}" [${weights.get(name)!.shape.join(', ')}], which this network does not have. Is it a file of another network?`,
        });
      }
    }
    return Parameters.#fill(specs, (name, spec) => {
      const weight = weights.get(name);
      if (weight === undefined) {
        throw new SrError({
          code: 'weights/missing',
          message: `The weights lack "${name}" [${fileShape(spec).join(', ')}]. Is it a file of another network?`,
        });
      }
      const expected = fileShape(spec);
      if (expected.length !== weight.shape.length || expected.some((n, axis) => n !== weight.shape[axis])) {
        throw new SrError({
          code: 'weights/shape',
          message: `"${name}": expected the shape [${expected.join(', ')}], the weights hold [${weight.shape.join(', ')}].`,
        });
      }
      return fromFileLayout(weight.data, spec);
    });
  }

  static #fill(specs: ParameterSpecs, values: (name: string, spec: ParameterSpec) => Float32Array): Parameters {
    const variables = new Map<string, Variable>();
    try {
      for (const [name, spec] of Object.entries(specs)) {
        const initial = tensor(values(name, spec), [...spec.shape]);
        variables.set(name, variable(initial, spec.trainable !== false));
        initial.dispose();
      }
    } catch (error) {
      for (const v of variables.values()) v.dispose();
      throw error;
    }
    return new Parameters(specs, variables);
  }

  names(): string[] {
    return [...this.#variables.keys()];
  }

  /** @throws `parameters/unknown` */
  get(name: string): Variable {
    const found = this.#variables.get(name);
    if (found !== undefined) return found;
    throw new SrError({
      code: 'parameters/unknown',
      message: `There is no parameter "${name}"; there are ${this.names().slice(0, 8).join(', ')}${this.#variables.size > 8 ? ', ...' : ''}.`,
    });
  }

  /** The variables that training changes, by name. */
  trainable(): ReadonlyMap<string, Variable> {
    return new Map([...this.#variables].filter(([name]) => this.specs[name]?.trainable !== false));
  }

  scope(): Scope {
    return scopeOver(name => this.#variables.get(name), '');
  }

  /** The values as the tensors of a weight file (PyTorch's names and order of axes). */
  async toWeights(): Promise<Map<string, WeightTensor>> {
    const weights = new Map<string, WeightTensor>();
    for (const [name, v] of this.#variables) {
      const spec = this.specs[name]!;
      weights.set(name, {
        dtype: 'f32',
        shape: fileShape(spec),
        data: toFileLayout((await v.data()) as Float32Array, spec),
      });
    }
    return weights;
  }

  /** Independent parameters with the same values. */
  clone(): Parameters {
    const copies = new Map<string, Variable>();
    for (const [name, v] of this.#variables) copies.set(name, copyOf(v));
    return new Parameters(this.specs, copies);
  }

  dispose(): void {
    for (const v of this.#variables.values()) v.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A network with its parameters. */
export interface Model {
  readonly network: Network;
  readonly parameters: Parameters;
}

/**
 * Runs a network on a batch of images.
 *
 * @param options.outputs whether what the network computes beside its output (`network.outputs`) is wanted; default false
 * @returns the output; in training the new values of buffers by name (the caller commits or disposes them); the other
 *   outputs by name if they are wanted
 */
export function runNetwork(
  { network, parameters }: Model,
  images: Tensor4D,
  { mode = 'inference', outputs: wanted = false }: { mode?: ApplyContext['mode']; outputs?: boolean } = {},
): { output: Tensor4D; updates: Map<string, Tensor>; outputs: Map<string, Tensor4D> } {
  const updates = new Map<string, Tensor>();
  const outputs = new Map<string, Tensor4D>();
  const context: ApplyContext = {
    mode,
    update: (name, value) => updates.set(name, value),
    ...(wanted && { output: (name: string, value: Tensor4D) => outputs.set(name, value) }),
  };
  const apply = (x: Tensor4D): Tensor4D => network.apply(x, parameters.scope(), context);
  const halved = mode === 'inference' && !wanted && prefersHalves(network, images.shape);
  return { output: halved ? runInHalves(network, images, apply) : apply(images), updates, outputs };
}

/** A scope over any source of tensors (variables, folded kernels, tensors that are being differentiated). */
export function scopeOver(lookup: (name: string) => Tensor | undefined, prefix: string): Scope {
  const full = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`);
  const get = (name: string): Tensor => {
    const found = lookup(full(name));
    if (found !== undefined) return found;
    throw new SrError({ code: 'parameters/unknown', message: `There is no parameter "${full(name)}".` });
  };
  const layer = (name: string): LayerParameters => ({
    weight: get(`${name}.weight`),
    bias: lookup(full(`${name}.bias`)),
  });
  return Object.assign(layer, {
    get,
    has: (name: string): boolean => lookup(full(name)) !== undefined,
    scope: (name: string): Scope => scopeOver(lookup, full(name)),
  });
}

/** A variable of its own; the data is shared until one of the two is assigned. */
function copyOf(v: Variable): Variable {
  const values = v.clone();
  const copy = variable(values, v.trainable);
  values.dispose();
  return copy;
}

/** The shape that PyTorch's files give this parameter. */
export function fileShape({ shape, layout }: ParameterSpec): number[] {
  const [a, b, c, d] = shape as [number, number, number, number];
  switch (layout) {
    case 'conv':
      return [d, c, a, b];
    case 'conv-transpose':
      return [d, c, a, b];
    case 'depthwise':
      return [c * d, 1, a, b];
    case 'linear':
      return [b, a];
    case 'plain':
      return [...shape];
  }
}

/** Fans of a weight from its shape, of a bias from the weight beside it (as PyTorch counts them). */
function fanOf(name: string, specs: ParameterSpecs): Fan {
  const weight = specs[name.replace(/\.bias$/, '.weight')] ?? specs[name]!;
  const [a = 1, b = 1, c = 1, d = 1] = fileShape(weight);
  // torch.nn.init._calculate_fan_in_and_fan_out: axis 1 is "in", axis 0 "out", whatever the layer.
  return { fanIn: b * c * d, fanOut: a * c * d };
}
