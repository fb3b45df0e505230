/**
 * The graph of a network, recorded from a call of its `apply` on a small picture.
 *
 * Every operation of tfjs, and every one of `sr-tensor`, passes `engine().runKernel`; what one of ours does inside is left
 * out. What does not depend on the picture (parameters, folded kernels) is a constant with the value that it has.
 */
import {
  engine,
  keep,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type Model, SrError } from 'sr-tensor';
import type { Graph, Operation, Step, Value } from './graph.js';
import { type LineMatrix, type PeriodicFilter, periodicFilter } from './periodic-filter.js';

/** Two pictures whose sides all differ: what is the same for both does not depend on them. */
const sizes: readonly (readonly [height: number, width: number])[] = [
  [9, 8],
  [10, 12],
];

/**
 * Records a network with its parameters.
 *
 * @throws `export/operation` for an operation that has no counterpart, `export/size` for a network that does something else
 *   with pictures of another size
 */
export async function traceNetwork(model: Model): Promise<Graph> {
  const [recorder, other] = sizes.map(size => record(model, size)) as [Recorder, Recorder];
  try {
    if (recorder.description() !== other.description()) {
      throw new SrError({
        code: 'export/size',
        message: `The network "${model.network.name}" does something else with pictures of another size, so that it cannot be written for any size.`,
      });
    }
    return await recorder.graph();
  } finally {
    recorder.dispose();
    other.dispose();
  }
}

function record({ network, parameters }: Model, [height, width]: readonly [number, number]): Recorder {
  const names = new Map(parameters.names().map(name => [parameters.get(name).dataId, name]));
  const recorder = new Recorder(names);
  const current = engine();
  const original = current.runKernel;
  let depth = 0;
  try {
    tidy(() => {
      const x: Tensor4D = zeros([1, height, width, 3]);
      recorder.begin(x);
      current.runKernel = <T extends Tensor | Tensor[]>(
        name: string,
        inputs: NamedTensorMap,
        attributes?: NamedAttrMap,
      ): T => {
        depth++;
        try {
          const output = original.call(current, name, inputs, attributes) as T;
          if (depth === 1) recorder.note(name, Object.values(inputs), attributes ?? {}, output);
          return output;
        } finally {
          depth--;
        }
      };
      recorder.end(network.apply(x, parameters.scope(), { mode: 'inference', update() {} }));
    });
  } catch (error) {
    recorder.dispose();
    throw error;
  } finally {
    current.runKernel = original;
  }
  return recorder;
}

/** A reshape, and a transpose behind it: the beginning of a pixel shuffle. */
interface Regrouped {
  readonly source: Known;
  readonly shape: readonly number[];
  readonly order?: readonly number[];
}

interface Known {
  readonly value: Value;
  readonly shape: readonly number[];
}

type Attributes = Readonly<Record<string, unknown>>;
type Pair = readonly [number, number];

class Recorder {
  readonly #names: ReadonlyMap<object, string>;
  readonly #steps: Step[] = [];
  readonly #constants: { name: string; tensor: Tensor }[] = [];
  readonly #constantOf = new Map<object, number>();
  readonly #known = new Map<number, Known>();
  readonly #regrouped = new Map<number, Regrouped>();
  #output: Known | undefined;

  constructor(names: ReadonlyMap<object, string>) {
    this.#names = names;
  }

  begin(x: Tensor): void {
    this.#known.set(x.id, { value: this.#add({ type: 'input' }, []), shape: x.shape });
  }

  end(y: Tensor): void {
    this.#output = this.#known.get(y.id);
    if (this.#output === undefined) throw unsupported('an output that does not depend on the picture');
  }

  /** What a kernel has made of its inputs. */
  note(kernel: string, inputs: readonly Tensor[], attributes: Attributes, output: Tensor | Tensor[]): void {
    const depends = inputs.some(({ id }) => this.#known.has(id) || this.#regrouped.has(id));
    if (!depends) return;
    if (Array.isArray(output)) throw unsupported(kernel);
    const [x] = inputs as [Tensor];
    if (kernel === 'Identity' || (kernel === 'Reshape' && x.shape.join() === output.shape.join())) {
      this.#alias(x, output);
    } else if (kernel === 'Reshape' || kernel === 'Transpose') {
      this.#regroup(kernel, x, attributes, output);
    } else {
      const value = this.#translate(kernel, inputs, attributes, output);
      this.#known.set(output.id, { value, shape: output.shape });
    }
  }

  /** The same for all sizes of the picture if the graph is. */
  description(): string {
    return JSON.stringify([this.#steps, this.#constants.map(({ tensor }) => tensor.shape)]);
  }

  async graph(): Promise<Graph> {
    const constants = await Promise.all(
      this.#constants.map(async ({ name, tensor }) => ({
        name,
        shape: tensor.shape,
        data: (await tensor.data()) as Float32Array,
      })),
    );
    return pruned(this.#steps, constants, this.#output!.value);
  }

  dispose(): void {
    for (const { tensor } of this.#constants) tensor.dispose();
  }

  #add(operation: Operation, inputs: readonly Value[]): Value {
    this.#steps.push({ operation, inputs });
    return { operation: this.#steps.length - 1 };
  }

  /** A value that is not recorded is a constant, kept until it is read. */
  #value(x: Tensor): Value {
    const known = this.#known.get(x.id);
    if (known !== undefined) return known.value;
    if (this.#regrouped.has(x.id)) throw unsupported('Reshape');
    return this.#constant(x);
  }

  #constant(x: Tensor): Value {
    const found = this.#constantOf.get(x.dataId);
    if (found !== undefined && this.#constants[found]!.tensor.shape.join() === x.shape.join()) {
      return { constant: found };
    }
    const constant = this.#constants.length;
    this.#constants.push({ name: this.#names.get(x.dataId) ?? `constant_${constant}`, tensor: keep(x.clone()) });
    this.#constantOf.set(x.dataId, constant);
    return { constant };
  }

  #alias(x: Tensor, output: Tensor): void {
    const known = this.#known.get(x.id);
    if (known !== undefined) this.#known.set(output.id, known);
    const regrouped = this.#regrouped.get(x.id);
    if (regrouped !== undefined) this.#regrouped.set(output.id, regrouped);
  }

  /** Reshape, transpose and reshape are a pixel shuffle (`pixelShuffle`), or nothing that is known here. */
  #regroup(kernel: 'Reshape' | 'Transpose', x: Tensor, attributes: Attributes, output: Tensor): void {
    const source = this.#known.get(x.id);
    const begun = this.#regrouped.get(x.id);
    if (kernel === 'Reshape' && source !== undefined) {
      this.#regrouped.set(output.id, { source, shape: output.shape });
    } else if (kernel === 'Transpose' && begun !== undefined && begun.order === undefined) {
      this.#regrouped.set(output.id, { ...begun, order: attributes.perm as number[] });
    } else if (kernel === 'Reshape' && begun?.order !== undefined) {
      const [height, width] = begun.source.shape.slice(1) as [number, number];
      const factor = output.shape[1]! / height;
      const channels = output.shape[3]!;
      const shuffles = {
        torch: { shape: [height, width, channels, factor, factor], order: [0, 3, 1, 4, 2] },
        tensorflow: { shape: [height, width, factor, factor * channels], order: [0, 2, 1, 3] },
      } as const;
      const isShuffle = (['torch', 'tensorflow'] as const).find(
        name =>
          shuffles[name].shape.join() === begun.shape.join() && shuffles[name].order.join() === begun.order!.join(),
      );
      if (isShuffle === undefined || output.shape[2] !== width * factor) throw unsupported(kernel);
      const { value } = begun.source;
      const shuffled = (): Value => this.#add({ type: 'depth-to-space', factor, channels, order: isShuffle }, [value]);
      this.#known.set(output.id, { value: factor === 1 ? value : shuffled(), shape: output.shape });
    } else {
      throw unsupported(kernel);
    }
  }

  #translate(kernel: string, inputs: readonly Tensor[], attributes: Attributes, output: Tensor): Value {
    const [x, second] = inputs as [Tensor, ...Tensor[]];
    const one = (operation: Operation): Value =>
      this.#add(
        operation,
        inputs.map(input => this.#value(input)),
      );
    if (kernel.startsWith('sr.denseFeatures')) return this.#denseFeatures(inputs, attributes.slope as number);
    if (kernel.startsWith('sr.conv') && this.#known.has(second!.id)) throw unsupported('kernels made of the picture');
    switch (kernel) {
      case 'sr.convLayer(x,weight)':
      case 'sr.convLayer(x,weight,bias)': {
        const { stride, padding, slope, ...unknown } = attributes as {
          stride: number;
          padding: [number, number];
          slope?: number;
        };
        if (Object.keys(unknown).length > 0) throw unsupported(`${kernel} with ${Object.keys(unknown).join(', ')}`);
        const y = one({ type: 'conv', stride, padding });
        if (slope === undefined) return y;
        return this.#add(slope === 0 ? { type: 'relu' } : { type: 'leaky-relu', slope }, [y]);
      }
      case 'sr.convInput(dy,weight)': {
        const { stride, padding } = attributes as { stride: number; padding: [number, number] };
        const kernelSize = second!.shape;
        const extra = ([0, 1] as const).map(
          axis => output.shape[axis + 1]! - ((x.shape[axis + 1]! - 1) * stride - 2 * padding[axis] + kernelSize[axis]!),
        ) as [number, number];
        return one({ type: 'conv-transpose', stride, padding, outputPadding: extra });
      }
      case 'sr.lineProduct(x)':
        return this.#enlarge(x, attributes as { rows: LineMatrix; columns: LineMatrix });
      case 'sr.rectify(x)': {
        const slope = attributes.slope as number;
        return one(slope === 0 ? { type: 'relu' } : { type: 'leaky-relu', slope });
      }
      case 'sr.prelu(x,slope)': {
        if (second!.size === 1)
          return this.#add({ type: 'leaky-relu', slope: second!.dataSync()[0]! }, [this.#value(x)]);
        const positive = this.#add({ type: 'relu' }, [this.#value(x)]);
        const negative = this.#add({ type: 'sub' }, [this.#value(x), positive]);
        return this.#add({ type: 'add' }, [positive, this.#add({ type: 'mul' }, [negative, this.#value(second!)])]);
      }
      case 'Relu':
        return one({ type: 'relu' });
      case 'Tanh':
        return one({ type: 'tanh' });
      case 'Sigmoid':
        return one({ type: 'sigmoid' });
      case 'Sqrt':
        return one({ type: 'sqrt' });
      case 'Square':
        return one({ type: 'square' });
      case 'Add':
        return one({ type: 'add' });
      case 'Sub':
        return one({ type: 'sub' });
      case 'Multiply':
        return one({ type: 'mul' });
      case 'RealDiv':
        return one({ type: 'div' });
      case 'ZerosLike':
        return this.#add({ type: 'sub' }, [this.#value(x), this.#value(x)]);
      case 'Concat':
        if (attributes.axis !== 3) throw unsupported('Concat along another axis than channels');
        return one({ type: 'concat' });
      case 'Mean':
      case 'Sum': {
        const { axis, keepDims } = attributes as { axis: number | number[]; keepDims?: boolean };
        if (!keepDims) throw unsupported(`${kernel} that drops axes`);
        return one({ type: kernel === 'Mean' ? 'mean' : 'sum', axes: [axis].flat() });
      }
      case 'PadV2': {
        const { paddings, constantValue } = attributes as {
          paddings: readonly [Pair, Pair, Pair, Pair];
          constantValue: number;
        };
        const [batch, [top, bottom], [left, right], channels] = paddings;
        if ([...batch, ...channels, constantValue].some(n => n !== 0)) throw unsupported(kernel);
        return one({ type: 'pad', mode: 'zero', margins: { top, bottom, left, right } });
      }
      case 'Slice':
        return this.#slice(x, attributes as { begin: number[]; size: number[] });
      default:
        throw unsupported(kernel);
    }
  }

  /** Of the features so far, and a weight and a bias a layer. */
  #denseFeatures([x, ...parameters]: readonly Tensor[], slope: number): Value {
    let known = this.#value(x!);
    for (let i = 0; i < parameters.length; i += 2) {
      const [weight, bias] = parameters.slice(i, i + 2) as [Tensor, Tensor];
      const padding: [number, number] = [(weight.shape[0]! - 1) / 2, (weight.shape[1]! - 1) / 2];
      const y = this.#add({ type: 'conv', stride: 1, padding }, [known, this.#value(weight), this.#value(bias)]);
      known = this.#add({ type: 'concat' }, [known, this.#add({ type: 'leaky-relu', slope }, [y])]);
    }
    return known;
  }

  #slice(x: Tensor, { begin, size }: { begin: number[]; size: number[] }): Value {
    return ([1, 2, 3] as const).reduce((value, axis) => {
      const length = x.shape[axis]!;
      const from = begin[axis]!;
      const to = size[axis] === -1 ? length : from + size[axis]!;
      if (from === 0 && to === length) return value;
      // Of a picture of any size: a margin at its end, rather than a place.
      return this.#add({ type: 'slice', axis, begin: from, end: axis === 3 ? to : to - length }, [value]);
    }, this.#value(x));
  }

  /** A filter with `factor`^2 outputs for each channel, then a pixel shuffle. */
  #enlarge(x: Tensor, matrices: { rows: LineMatrix; columns: LineMatrix }): Value {
    const rows = periodicFilter(matrices.rows);
    const columns = periodicFilter(matrices.columns);
    if (rows === undefined || JSON.stringify(rows) !== JSON.stringify(columns)) {
      throw unsupported('a change of size that is no enlargement by a whole factor');
    }
    const { factor, first, phases, border } = rows;
    const taps = phases[0]!.length;
    if (phases.every(([weight]) => taps === 1 && weight === 1)) {
      return this.#add({ type: 'nearest', factor }, [this.#value(x)]);
    }
    const [before, after] = [-first, first + taps - 1];
    const margins = { top: before, bottom: after, left: before, right: after };
    const channels = x.shape[3]!;
    const filter = this.#filter(rows, channels);
    const enlarged = (image: Value): Value => {
      const mode = border === 'replicate' || border === 'symmetric' ? border : 'zero';
      const padded = this.#add({ type: 'pad', mode, margins }, [image]);
      const filtered = this.#add({ type: 'conv', stride: 1, padding: [0, 0] }, [padded, filter]);
      return this.#add({ type: 'depth-to-space', factor, channels, order: 'tensorflow' }, [filtered]);
    };
    const image = this.#value(x);
    const large = enlarged(image);
    if (border !== 'drop') return large;
    // Divided by the sum of the weights that are left: by the enlargement of ones.
    const zero = this.#add({ type: 'sub' }, [image, image]);
    const one = this.#add({ type: 'add' }, [zero, this.#numbers([1], [1])]);
    return this.#add({ type: 'div' }, [large, enlarged(one)]);
  }

  /** `[taps, taps, channels, factor^2 channels]`: each channel by itself. */
  #filter({ factor, phases }: PeriodicFilter, channels: number): Value {
    const taps = phases[0]!.length;
    const outputs = factor ** 2 * channels;
    const values = new Float32Array(taps ** 2 * channels * outputs);
    for (const [i, rowWeights] of phases.entries()) {
      for (const [j, columnWeights] of phases.entries()) {
        for (const [row, a] of rowWeights.entries()) {
          for (const [column, b] of columnWeights.entries()) {
            for (let c = 0; c < channels; c++) {
              const input = (row * taps + column) * channels + c;
              values[input * outputs + (i * factor + j) * channels + c] = a * b;
            }
          }
        }
      }
    }
    return this.#numbers(values, [taps, taps, channels, outputs]);
  }

  #numbers(values: number[] | Float32Array, shape: number[]): Value {
    return this.#constant(tensor(values, shape));
  }
}

/** Without the steps that the output does not need, in the same order. */
function pruned(steps: readonly Step[], constants: Graph['constants'], output: Value): Graph {
  const needed = new Set<number>();
  const usedConstants = new Set<number>();
  const visit = (value: Value): void => {
    if ('constant' in value) {
      usedConstants.add(value.constant);
    } else if (!needed.has(value.operation)) {
      needed.add(value.operation);
      for (const input of steps[value.operation]!.inputs) visit(input);
    }
  };
  visit(output);
  const kept = [...needed].sort((a, b) => a - b);
  const keptConstants = [...usedConstants].sort((a, b) => a - b);
  const moved = (value: Value): Value =>
    'constant' in value
      ? { constant: keptConstants.indexOf(value.constant) }
      : { operation: kept.indexOf(value.operation) };
  return {
    steps: kept.map(i => ({ operation: steps[i]!.operation, inputs: steps[i]!.inputs.map(moved) })),
    constants: keptConstants.map(i => constants[i]!),
  };
}

function unsupported(what: string): SrError {
  return new SrError({
    code: 'export/operation',
    message: `The network cannot be written for other programs: there is no counterpart of ${what}.`,
  });
}
