/**
 * A graph model of TensorFlow.js: TensorFlow operations as JSON and their weights, for `tf.loadGraphModel`.
 *
 * No operation is told the picture's size: transposed convolutions and enlargements are convolutions followed by
 * `DepthToSpace`.
 */
import type { io } from '@tensorflow/tfjs-core';
import { type Model, SrError } from 'sr-tensor';
import { floatToHalf } from 'sr-tensor/weights';
import type { Constant, Graph, Margins, Operation, Step, Value } from './graph.js';
import type { ExportOptions } from './onnx.js';
import { traceNetwork } from './trace.js';

/** A graph model in memory: what `tf.io.fromMemory` takes. */
export interface GraphModel extends io.ModelArtifacts {
  readonly modelTopology: { readonly node: readonly Node[]; readonly library: object; readonly versions: object };
  readonly weightSpecs: io.WeightsManifestEntry[];
  readonly weightData: ArrayBuffer;
}

/**
 * A model as a graph model of TensorFlow.js: input `input` `[batch, height, width, 3]` in [0, 1], of any size, output
 * `output` `[batch, height * scale, width * scale, 3]`, whose values may leave [0, 1].
 *
 * A network that is trained wider than it is used is written as it is used. The network runs once on a small picture, on
 * the current backend.
 *
 * @param options.dtype `'f16'` stores kernels in half the size; they are float32 again once they are loaded
 * @throws `export/operation` for a network with an operation that has no counterpart, `export/size` for one that does
 *   something else with pictures of another size
 * @example
 * import * as tf from '@tensorflow/tfjs';
 * import { exportGraphModel } from 'sr-models/export';
 *
 * const artifacts = await exportGraphModel(model);
 * const loaded = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
 * const larger = loaded.predict(images);
 */
export async function exportGraphModel(model: Model, { dtype = 'f32' }: ExportOptions = {}): Promise<GraphModel> {
  const { name, config, scale } = model.network;
  const { nodes, weightSpecs, weightData } = new Writer(await traceNetwork(model), dtype).write();
  const image = (tensor: string): object => ({
    [tensor]: { name: `${tensor}:0`, dtype: 'DT_FLOAT', tensorShape: imageShape },
  });
  return {
    format: 'graph-model',
    generatedBy: 'sr-models',
    convertedBy: null,
    modelTopology: { node: nodes, library: {}, versions: { producer: graphVersion } },
    weightSpecs,
    weightData,
    signature: { inputs: image('input'), outputs: image('output') },
    userDefinedMetadata: { network: name, config, scale },
  };
}

/**
 * The files of a graph model by name: `model.json` and its weights in parts of 4 MiB, which browsers cache.
 *
 * @example
 * const files = graphModelFiles(await exportGraphModel(model));
 * for (const [name, contents] of files) await writeFile(name, contents);
 */
export function graphModelFiles(model: GraphModel): Map<string, Uint8Array> {
  const { weightData, weightSpecs, ...rest } = model;
  const count = Math.max(1, Math.ceil(weightData.byteLength / shardBytes));
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  const json = { ...rest, weightsManifest: [{ paths, weights: weightSpecs }] };
  return new Map([
    ['model.json', new TextEncoder().encode(JSON.stringify(json))],
    ...paths.map((path, i): [string, Uint8Array] => [
      path,
      new Uint8Array(weightData.slice(i * shardBytes, (i + 1) * shardBytes)),
    ]),
  ]);
}

const shardBytes = 4 * 2 ** 20;
/** Of TensorFlow's graphs (GRAPH_DEF_VERSION): that of TensorFlow 2.15. */
const graphVersion = 1645;
const imageShape: Shape = { dim: [-1, -1, -1, 3].map(size => ({ size: String(size) })) };

/** A value of an attribute, in the JSON form of Protocol Buffers: integers are decimal texts, texts are in base64. */
export type Attribute =
  | { readonly type: DataTypeName }
  | { readonly i: string }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly s: string }
  | { readonly list: { readonly i: readonly string[] } }
  | { readonly shape: Shape }
  | { readonly tensor: { readonly dtype: DataTypeName; readonly tensorShape: Shape } };

export type DataTypeName = 'DT_FLOAT' | 'DT_INT32';

export interface Shape {
  readonly dim: readonly { readonly size: string }[];
}

/** An operation of TensorFlow; the data of a `Const` lie apart, under its name. */
export interface Node {
  readonly name: string;
  readonly op: string;
  readonly input: string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

const float: Attribute = { type: 'DT_FLOAT' };
const int32: Attribute = { type: 'DT_INT32' };
const integer = (value: number): Attribute => ({ i: String(value) });
const integers = (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } });
/** Texts are bytes, in base64. */
const text = (value: string): Attribute => ({ s: btoa(value) });

class Writer {
  readonly #graph: Graph;
  readonly #half: boolean;
  readonly #nodes: Node[] = [];
  readonly #specs: io.WeightsManifestEntry[] = [];
  readonly #data: Uint8Array[] = [];
  readonly #written = new Set<string>();

  constructor(graph: Graph, dtype: 'f32' | 'f16') {
    this.#graph = graph;
    this.#half = dtype === 'f16';
  }

  write(): { nodes: Node[]; weightSpecs: io.WeightsManifestEntry[]; weightData: ArrayBuffer } {
    for (const [i, step] of this.#graph.steps.entries()) this.#step(step, this.#name({ operation: i }));
    const weightData = new Uint8Array(this.#data.reduce((total, { length }) => total + length, 0));
    let at = 0;
    for (const part of this.#data) {
      weightData.set(part, at);
      at += part.length;
    }
    return { nodes: this.#nodes, weightSpecs: this.#specs, weightData: weightData.buffer };
  }

  #name(value: Value): string {
    if ('constant' in value) {
      const { name, shape, data } = this.#graph.constants[value.constant]!;
      return this.#weight(name, shape, data);
    }
    if (value.operation === 0) return 'input';
    return value.operation === this.#graph.steps.length - 1 ? 'output' : `v${value.operation}`;
  }

  /** Writes a step; gives the name of its output back, as everything does that writes nodes. */
  #step({ operation, inputs }: Step, output: string): string {
    const [first, second] = inputs as [Value, Value];
    const names = (): string[] => inputs.map(value => this.#name(value));
    switch (operation.type) {
      case 'input':
        return this.#node('Placeholder', [], output, { dtype: float, shape: { shape: imageShape } });
      case 'conv': {
        const { stride, padding } = operation;
        const { name, shape, data } = this.#constant(second);
        const kernel = this.#weight(name, shape, data, this.#half);
        const [vertical, horizontal] = padding;
        const margins = { top: vertical, bottom: vertical, left: horizontal, right: horizontal };
        return this.#conv({ x: this.#name(first), kernel, shape, stride, margins, bias: inputs[2], output });
      }
      case 'conv-transpose':
        return this.#convTranspose(operation, inputs, output);
      case 'depth-to-space':
        return this.#depthToSpace(operation, this.#name(first), output);
      case 'nearest': {
        // As many copies of each channel, in the order of DepthToSpace.
        const copies = Array<string>(operation.factor ** 2).fill(this.#name(first));
        return this.#shuffle(this.#concat(copies, `${output}_copies`), operation.factor, output);
      }
      case 'pad':
        return this.#pad(operation, this.#name(first), output);
      case 'slice': {
        const { axis, begin, end } = operation;
        const at = (value: number): string => this.#integers([0, 1, 2, 3].map(i => (i === axis ? value : 0)));
        const others = 0b1111 & ~(1 << axis);
        return this.#node(
          'StridedSlice',
          [this.#name(first), at(begin), at(end), this.#integers([1, 1, 1, 1])],
          output,
          {
            T: float,
            Index: int32,
            begin_mask: integer(others),
            end_mask: integer(end === 0 ? 0b1111 : others),
            ellipsis_mask: integer(0),
            new_axis_mask: integer(0),
            shrink_axis_mask: integer(0),
          },
        );
      }
      case 'leaky-relu':
        return this.#node('LeakyRelu', names(), output, { T: float, alpha: { f: operation.slope } });
      case 'concat':
        return this.#concat(names(), output);
      case 'mean':
      case 'sum': {
        const type = operation.type === 'mean' ? 'Mean' : 'Sum';
        const inputs = [this.#name(first), this.#integers(operation.axes)];
        return this.#node(type, inputs, output, { T: float, keep_dims: { b: true } });
      }
      default:
        return this.#node(simple[operation.type], names(), output, { T: float });
    }
  }

  #conv({
    x,
    kernel,
    shape,
    stride,
    margins,
    bias,
    output,
  }: {
    x: string;
    kernel: string;
    shape: readonly number[];
    stride: number;
    margins: Margins;
    bias: Value | undefined;
    output: string;
  }): string {
    const { top, bottom, left, right } = margins;
    const [height, width] = shape as [number, number];
    const isSame = stride === 1 && top === bottom && left === right && height === 2 * top + 1 && width === 2 * left + 1;
    const isValid = [top, bottom, left, right].every(n => n === 0);
    const padded = isSame || isValid ? x : this.#pad({ mode: 'zero', margins }, x, `${output}_padded`);
    const sums = this.#node('Conv2D', [padded, kernel], bias === undefined ? output : `${output}_sums`, {
      T: float,
      strides: integers([1, stride, stride, 1]),
      dilations: integers([1, 1, 1, 1]),
      padding: text(isSame ? 'SAME' : 'VALID'),
      data_format: text('NHWC'),
    });
    if (bias === undefined) return sums;
    return this.#node('BiasAdd', [sums, this.#name(bias)], output, { T: float, data_format: text('NHWC') });
  }

  /** Each of the stride^2 phases of the output is a convolution of the small image with every stride-th tap. */
  #convTranspose(
    { stride, padding, outputPadding }: Operation & { type: 'conv-transpose' },
    [x, weight, bias]: readonly Value[],
    output: string,
  ): string {
    const { name, shape, data } = this.#constant(weight!);
    const [height, width, channels, from] = shape as [number, number, number, number];
    const axes = ([0, 1] as const).map(axis => {
      if (shape[axis]! - 2 * padding[axis] + outputPadding[axis] !== stride) {
        throw unsupported('a transposed convolution that does not enlarge by its stride');
      }
      return phasesOf(shape[axis]!, stride, padding[axis]);
    }) as [Phases, Phases];
    const [rows, columns] = axes;
    const outputs = stride ** 2 * channels;
    const kernelShape = [rows.taps, columns.taps, from, outputs];
    const kernel = new Float32Array(rows.taps * columns.taps * from * outputs);
    for (let i = 0; i < stride; i++) {
      for (let j = 0; j < stride; j++) {
        for (let row = 0; row < rows.taps; row++) {
          for (let column = 0; column < columns.taps; column++) {
            const [y, z] = [rows.at(i, row), columns.at(j, column)];
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            for (let c = 0; c < channels; c++) {
              for (let f = 0; f < from; f++) {
                const target = ((row * columns.taps + column) * from + f) * outputs + (i * stride + j) * channels + c;
                kernel[target] = data[((y * width + z) * channels + c) * from + f]!;
              }
            }
          }
        }
      }
    }
    if (bias !== undefined) throw unsupported('a transposed convolution with a bias of its own');
    const phases = this.#conv({
      x: this.#name(x!),
      kernel: this.#weight(`${name}_phases`, kernelShape, kernel, this.#half),
      shape: kernelShape,
      stride: 1,
      margins: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
      bias: undefined,
      output: `${output}_phases`,
    });
    return this.#shuffle(phases, stride, output);
  }

  #depthToSpace(
    { factor, channels, order }: Operation & { type: 'depth-to-space' },
    x: string,
    output: string,
  ): string {
    if (order === 'tensorflow') return this.#shuffle(x, factor, output);
    const squares = factor ** 2;
    const places = Array.from(
      { length: squares * channels },
      (_, i) => (i % channels) * squares + Math.floor(i / channels),
    );
    const ordered = this.#node('GatherV2', [x, this.#integers(places), this.#axis(3)], `${output}_ordered`, {
      Tparams: float,
      Tindices: int32,
      Taxis: int32,
      batch_dims: integer(0),
    });
    return this.#shuffle(ordered, factor, output);
  }

  #shuffle(x: string, factor: number, output: string): string {
    return this.#node('DepthToSpace', [x], output, {
      T: float,
      block_size: integer(factor),
      data_format: text('NHWC'),
    });
  }

  #concat(names: readonly string[], output: string): string {
    return this.#node('ConcatV2', [...names, this.#axis(3)], output, { T: float, N: integer(names.length) });
  }

  #pad({ mode, margins }: Pick<Operation & { type: 'pad' }, 'mode' | 'margins'>, x: string, output: string): string {
    const { top, bottom, left, right } = margins;
    const sides = [top, bottom, left, right];
    const paddings = (amounts: readonly number[]): string => this.#integers([0, 0, ...amounts, 0, 0], [4, 2]);
    if (mode === 'zero') return this.#node('Pad', [x, paddings(sides)], output, { T: float });
    // One pixel mirrored with its edge is the edge, as often as it is wanted.
    const rounds = mode === 'symmetric' ? 1 : Math.max(...sides);
    for (let round = 0; round < rounds; round++) {
      const amounts = mode === 'symmetric' ? sides : sides.map(n => (n > round ? 1 : 0));
      const [from, to] = [
        round === 0 ? x : `${output}_${round}`,
        round === rounds - 1 ? output : `${output}_${round + 1}`,
      ];
      this.#node('MirrorPad', [from, paddings(amounts)], to, { T: float, mode: text('SYMMETRIC') });
    }
    return output;
  }

  #node(op: string, input: string[], name: string, attr: Record<string, Attribute>): string {
    this.#nodes.push({ name, op, input, attr });
    return name;
  }

  #constant(value: Value): Constant {
    if ('constant' in value) return this.#graph.constants[value.constant]!;
    throw unsupported('a kernel that is made of the picture');
  }

  #weight(name: string, shape: readonly number[], data: Float32Array, half = false): string {
    if (this.#written.has(name)) return name;
    const bytes = half ? floatToHalf(data) : data;
    this.#specs.push({
      name,
      shape: [...shape],
      dtype: 'float32',
      ...(half && { quantization: { dtype: 'float16' } }),
    } as io.WeightsManifestEntry);
    return this.#const(name, 'DT_FLOAT', shape, bytes);
  }

  #integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = `integers_${[...shape, '', ...values].join('_')}`;
    if (this.#written.has(name)) return name;
    this.#specs.push({ name, shape: [...shape], dtype: 'int32' });
    return this.#const(name, 'DT_INT32', shape, Int32Array.from(values));
  }

  #axis(value: number): string {
    return this.#integers([value], []);
  }

  #const(
    name: string,
    type: DataTypeName,
    shape: readonly number[],
    { buffer, byteOffset, byteLength }: Float32Array | Uint16Array | Int32Array,
  ): string {
    this.#written.add(name);
    const tensorShape = { dim: shape.map(size => ({ size: String(size) })) };
    this.#node('Const', [], name, { dtype: { type }, value: { tensor: { dtype: type, tensorShape } } });
    this.#data.push(new Uint8Array(buffer, byteOffset, byteLength));
    return name;
  }
}

interface Phases {
  /** Inputs that a phase sees, `before` and `after` of them beside the pixel itself. */
  readonly taps: number;
  readonly before: number;
  readonly after: number;
  /** The tap of the kernel that a phase applies to its n-th input; outside the kernel: none. */
  at(phase: number, n: number): number;
}

/** Output stride q + phase sees input q - d through tap stride d + phase + padding. */
function phasesOf(size: number, stride: number, padding: number): Phases {
  const before = Math.floor((size - 1 - padding) / stride);
  const after = Math.floor((stride - 1 + padding) / stride);
  return {
    taps: before + 1 + after,
    before,
    after,
    at: (phase, n) => stride * (before - n) + phase + padding,
  };
}

/** Operations of the same meaning. */
const simple = {
  relu: 'Relu',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  sqrt: 'Sqrt',
  square: 'Square',
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  div: 'RealDiv',
} as const;

function unsupported(what: string): SrError {
  return new SrError({
    code: 'export/operation',
    message: `The network cannot be written as a graph model: there is no counterpart of ${what}.`,
  });
}
