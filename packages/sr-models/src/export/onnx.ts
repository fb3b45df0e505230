/**
 * ONNX (onnx.ai; field numbers of onnx.proto, operators of operator set 17), written without its library: a model is a
 * handful of messages.
 *
 * Images are `[batch, 3, height, width]`, as in PyTorch and as runtimes of ONNX compute fastest.
 */
import { type Field, type Model, message, SrError } from 'sr-tensor';
import { floatToHalf } from 'sr-tensor/weights';
import type { Constant, Graph, Operation, Step, Value } from './graph.js';
import { traceNetwork } from './trace.js';

export interface ExportOptions {
  /** How kernels are stored; computed with is float32 either way. Default `'f32'`. */
  readonly dtype?: 'f32' | 'f16';
}

/** The operator set that `exportOnnx` writes; ONNX Runtime since 1.12, opencv and others read it. */
export const onnxOperatorSet = 17;

const irVersion = 8n;
const elementType = { float: 1n, int64: 7n, float16: 10n } as const;

/**
 * A model as an ONNX file: input `input` `[batch, 3, height, width]` in [0, 1], of any size, output `output`
 * `[batch, 3, height * scale, width * scale]`, whose values may leave [0, 1].
 *
 * A network that is trained wider than it is used is written as it is used. The network runs once on a small picture, on
 * the current backend.
 *
 * @param options.dtype `'f16'` stores kernels in half the size
 * @returns the bytes of the file
 * @throws `export/operation` for a network with an operation that has no counterpart, `export/size` for one that does
 *   something else with pictures of another size
 * @example
 * import { exportOnnx } from 'sr-models/export';
 *
 * await writeFile('x4.onnx', await exportOnnx(model));
 */
export async function exportOnnx(model: Model, { dtype = 'f32' }: ExportOptions = {}): Promise<Uint8Array> {
  const { name, config, scale } = model.network;
  const graph = new Writer(await traceNetwork(model), dtype).write(name);
  const metadata = { network: name, config: JSON.stringify(config), scale: String(scale) };
  return message([
    [1, irVersion],
    [2, 'sr-models'],
    [7, graph],
    [8, message([[2, BigInt(onnxOperatorSet)]])],
    ...Object.entries(metadata).map(
      ([key, value]): Field => [
        14,
        message([
          [1, key],
          [2, value],
        ]),
      ],
    ),
  ]);
}

type Attribute = number | { readonly float: number } | string | readonly number[];

class Writer {
  readonly #graph: Graph;
  readonly #half: boolean;
  readonly #nodes: Uint8Array[] = [];
  readonly #tensors: Uint8Array[] = [];
  readonly #written = new Set<string>();

  constructor(graph: Graph, dtype: 'f32' | 'f16') {
    this.#graph = graph;
    this.#half = dtype === 'f16';
  }

  write(name: string): Uint8Array {
    for (const [i, step] of this.#graph.steps.entries()) this.#step(step, this.#name({ operation: i }));
    const image = (value: string, sides: readonly string[]): Uint8Array => {
      const dimensions = [message([[2, 'batch']]), message([[1, 3n]]), ...sides.map(side => message([[2, side]]))];
      const tensor = message([
        [1, elementType.float],
        [2, message(dimensions.map(dimension => [1, dimension]))],
      ]);
      return message([
        [1, value],
        [2, message([[1, tensor]])],
      ]);
    };
    return message([
      ...this.#nodes.map((node): Field => [1, node]),
      [2, name],
      ...this.#tensors.map((tensor): Field => [5, tensor]),
      [11, image('input', ['height', 'width'])],
      [12, image('output', ['output_height', 'output_width'])],
    ]);
  }

  #name(value: Value): string {
    if ('constant' in value) return this.#operand(this.#graph.constants[value.constant]!);
    if (value.operation === 0) return 'input';
    return value.operation === this.#graph.steps.length - 1 ? 'output' : `v${value.operation}`;
  }

  /** Writes a step; gives the name of its output back, as everything does that writes nodes. */
  #step({ operation, inputs }: Step, output: string): string {
    const [first, second] = inputs as [Value, Value];
    const node = (type: string, names: string[], attributes: Record<string, Attribute> = {}): string =>
      this.#node(type, names, output, attributes);
    switch (operation.type) {
      case 'input':
        return output;
      case 'conv':
      case 'conv-transpose': {
        const { stride, padding } = operation;
        const [vertical, horizontal] = padding;
        const attributes = {
          strides: [stride, stride],
          pads: [vertical, horizontal, vertical, horizontal],
          ...(operation.type === 'conv-transpose' && { output_padding: [...operation.outputPadding] }),
        };
        const names = [this.#name(first), this.#kernel(this.#constant(second))];
        if (inputs.length === 3) names.push(this.#bias(this.#constant(inputs[2]!)));
        return node(operation.type === 'conv' ? 'Conv' : 'ConvTranspose', names, attributes);
      }
      case 'depth-to-space': {
        const mode = operation.order === 'torch' ? 'CRD' : 'DCR';
        return node('DepthToSpace', [this.#name(first)], { blocksize: operation.factor, mode });
      }
      case 'nearest': {
        const scales = this.#floats(`scales_${operation.factor}`, [1, 1, operation.factor, operation.factor]);
        const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
        return node('Resize', [this.#name(first), '', scales], attributes);
      }
      case 'pad':
        return this.#pad(operation, this.#name(first), output);
      case 'slice': {
        const { begin, end, axis } = operation;
        return node('Slice', this.#slice(this.#name(first), begin, end, channelsFirst(axis)));
      }
      case 'leaky-relu':
        return node('LeakyRelu', [this.#name(first)], { alpha: { float: operation.slope } });
      case 'concat':
        return node(
          'Concat',
          inputs.map(value => this.#name(value)),
          { axis: 1 },
        );
      case 'square':
        return node('Mul', [this.#name(first), this.#name(first)]);
      case 'mean':
        return node('ReduceMean', [this.#name(first)], { axes: operation.axes.map(channelsFirst), keepdims: 1 });
      case 'sum': {
        const axes = operation.axes.map(channelsFirst);
        return node('ReduceSum', [this.#name(first), this.#integers(axes)], { keepdims: 1 });
      }
      default:
        return node(
          simple[operation.type],
          inputs.map(value => this.#name(value)),
        );
    }
  }

  #pad({ mode, margins }: Operation & { type: 'pad' }, x: string, output: string): string {
    const { top, bottom, left, right } = margins;
    if (mode !== 'symmetric') {
      const pads = this.#integers([0, 0, top, left, 0, 0, bottom, right]);
      return this.#node('Pad', [x, pads], output, { mode: mode === 'zero' ? 'constant' : 'edge' });
    }
    const tall = this.#mirrored(x, 2, [top, bottom], `${output}_tall`);
    return this.#mirrored(tall, 3, [left, right], output);
  }

  /** The first and last pixels along an axis, the other way round, before and behind the others. */
  #mirrored(x: string, axis: number, [before, after]: readonly [number, number], output: string): string {
    const end = -(2 ** 31);
    const parts = [x];
    if (before > 0) {
      this.#node('Slice', this.#slice(x, before - 1, end, axis, -1), `${output}_before`);
      parts.unshift(`${output}_before`);
    }
    if (after > 0) {
      this.#node('Slice', this.#slice(x, -1, -after - 1, axis, -1), `${output}_after`);
      parts.push(`${output}_after`);
    }
    return this.#node('Concat', parts, output, { axis });
  }

  /** Inputs of a slice; an end of 0 is that of the axis. */
  #slice(x: string, begin: number, end: number, axis: number, step = 1): string[] {
    return [x, ...[begin, end === 0 ? 2 ** 31 : end, axis, step].map(value => this.#integers([value]))];
  }

  #node(type: string, inputs: readonly string[], output: string, attributes: Record<string, Attribute> = {}): string {
    this.#nodes.push(
      message([
        ...inputs.map((input): Field => [1, input]),
        [2, output],
        [3, output],
        [4, type],
        ...Object.entries(attributes).map(([name, value]): Field => [5, attribute(name, value)]),
      ]),
    );
    return output;
  }

  #constant(value: Value): Constant {
    if ('constant' in value) return this.#graph.constants[value.constant]!;
    throw new SrError({ code: 'export/operation', message: 'ONNX: expected the kernel and bias to be constants.' });
  }

  /** `[height, width, a, b]` as `[b, a, height, width]`, for convolutions of both kinds. */
  #kernel({ name, shape, data }: Constant): string {
    return this.#once(name, () => {
      const [height, width, a, b] = shape as [number, number, number, number];
      const pixels = height * width;
      const values = new Float32Array(data.length);
      for (let i = 0; i < data.length; i++) {
        const [pixel, rest] = [Math.floor(i / (a * b)), i % (a * b)];
        values[((rest % b) * a + Math.floor(rest / b)) * pixels + pixel] = data[i]!;
      }
      const files = [b, a, height, width];
      if (!this.#half) return this.#tensor(name, elementType.float, files, values);
      // Stored in half the size, computed with as the others.
      this.#tensor(`${name}_half`, elementType.float16, files, floatToHalf(values));
      this.#node('Cast', [`${name}_half`], name, { to: Number(elementType.float) });
    });
  }

  #bias({ name, shape, data }: Constant): string {
    return this.#once(name, () => this.#tensor(name, elementType.float, shape, data));
  }

  /** A constant beside an image: one value, or one for each channel. */
  #operand({ name, shape, data }: Constant): string {
    const isByChannel = shape.at(-1) === data.length && data.length > 1;
    if (!isByChannel && data.length !== 1) {
      throw new SrError({
        code: 'export/operation',
        message: `ONNX: expected constants of one value or one for each channel, received [${shape.join(', ')}].`,
      });
    }
    const operand = `${name}_operand`;
    return this.#once(operand, () =>
      this.#tensor(operand, elementType.float, isByChannel ? [data.length, 1, 1] : [], data),
    );
  }

  #floats(name: string, values: readonly number[]): string {
    return this.#once(name, () => this.#tensor(name, elementType.float, [values.length], Float32Array.from(values)));
  }

  #integers(values: readonly number[]): string {
    const name = `integers_${values.join('_')}`;
    return this.#once(name, () =>
      this.#tensor(name, elementType.int64, [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** Raw data are little-endian, as every machine is that runs JavaScript. */
  #tensor(
    name: string,
    type: bigint,
    shape: readonly number[],
    { buffer, byteOffset, byteLength }: Float32Array | Uint16Array | BigInt64Array,
  ): void {
    this.#tensors.push(
      message([
        ...shape.map((n): Field => [1, BigInt(n)]),
        [2, type],
        [8, name],
        [9, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)],
      ]),
    );
  }

  /** Writes a constant the first time that it is needed. */
  #once(name: string, write: () => void): string {
    if (!this.#written.has(name)) {
      this.#written.add(name);
      write();
    }
    return name;
  }
}

/** Operators of the same meaning. */
const simple = {
  relu: 'Relu',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  sqrt: 'Sqrt',
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
} as const;

/** Where an axis of `[batch, height, width, channels]` lies in `[batch, channels, height, width]`. */
function channelsFirst(axis: number): number {
  return [0, 2, 3, 1][axis]!;
}

function attribute(name: string, value: Attribute): Uint8Array {
  const type = { float: 1n, integer: 2n, text: 3n, integers: 7n };
  const fields: Field[] = [[1, name]];
  if (typeof value === 'number') fields.push([3, BigInt(value)], [20, type.integer]);
  else if (typeof value === 'string') fields.push([4, value], [20, type.text]);
  else if ('float' in value) fields.push([2, value], [20, type.float]);
  else fields.push(...value.map((n): Field => [8, BigInt(n)]), [20, type.integers]);
  return message(fields);
}
