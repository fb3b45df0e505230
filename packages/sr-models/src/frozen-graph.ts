/**
 * Weights in frozen graphs of TensorFlow (`.pb`): the float constants of a GraphDef, as Protocol Buffers.
 *
 * Field numbers of graph.proto, node_def.proto, attr_value.proto and tensor.proto.
 */
import { type Network, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';

/** In TensorFlow's order of axes. */
interface GraphConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const floatType = 1;

/**
 * The float constants of a frozen graph by their name.
 *
 * @throws `weights/corrupt` for bytes that are no such graph
 */
export function readFrozenGraph(bytes: Uint8Array): Map<string, GraphConstant> {
  const constants = new Map<string, GraphConstant>();
  for (const [number, node] of fields(bytes)) {
    if (number !== 1) continue;
    let [name, type, tensor] = ['', '', undefined as Uint8Array | undefined];
    for (const [field, value] of fields(content(node))) {
      if (field === 1) name = text(value);
      if (field === 2) type = text(value);
      if (field === 5) {
        const { 1: key, 2: attribute } = Object.fromEntries(fields(content(value)));
        if (text(key) === 'value') tensor = content(Object.fromEntries(fields(content(attribute)))[8]);
      }
    }
    const constant = type === 'Const' && tensor !== undefined ? readTensor(tensor) : undefined;
    if (constant !== undefined) constants.set(name, constant);
  }
  if (constants.size === 0) throw corrupt('it holds no constants');
  return constants;
}

/** Undefined unless it is of float32. */
function readTensor(bytes: Uint8Array): GraphConstant | undefined {
  const shape: number[] = [];
  const values: number[] = [];
  let data: Float32Array | undefined;
  for (const [number, value] of fields(bytes)) {
    if (number === 1 && value !== floatType) return undefined;
    if (number === 2) {
      for (const [field, dimension] of fields(content(value))) {
        if (field === 2) shape.push(Number(Object.fromEntries(fields(content(dimension)))[1] ?? 0));
      }
    }
    if (number === 4) data = floats(content(value));
    if (number === 5) values.push(...floats(content(value)));
  }
  const size = shape.reduce((product, n) => product * n, 1);
  // One value stands for all.
  data ??= values.length === 1 ? new Float32Array(size).fill(values[0]!) : Float32Array.from(values);
  if (data.length !== size) throw corrupt(`a constant of [${shape.join(', ')}] holds ${data.length} values`);
  return { shape, data };
}

type FieldValue = number | Uint8Array;

/** The fields of a message: varints as numbers, everything else as bytes. */
function* fields(bytes: Uint8Array): Generator<[number: number, value: FieldValue]> {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw corrupt('it ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): number => {
    for (let value = 0, factor = 1; factor < 2 ** 70; factor *= 128) {
      const [byte] = take(1) as unknown as [number];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw corrupt('a number does not end');
  };
  while (at < bytes.length) {
    const key = varint();
    const wireType = key % 8;
    const number = Math.floor(key / 8);
    if (wireType === 0) yield [number, varint()];
    else if (wireType === 1) yield [number, take(8)];
    else if (wireType === 2) yield [number, take(varint())];
    else if (wireType === 5) yield [number, take(4)];
    else throw corrupt(`a field has the unknown type ${wireType}`);
  }
}

function content(value: FieldValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw corrupt('a message is missing');
}

function text(value: FieldValue | undefined): string {
  return new TextDecoder().decode(content(value));
}

/** Copied, since float32 must be aligned. */
function floats(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw corrupt('float32 values are cut off');
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function corrupt(reason: string): SrError {
  return new SrError({ code: 'weights/corrupt', message: `This is no frozen graph of TensorFlow: ${reason}.` });
}

/**
 * The weights of Saafke/FSRCNN_Tensorflow (`FSRCNN_x4.pb`, the files of OpenCV's dnn_superres) as an `fsrcnn` has them.
 *
 * Its last layer is a 1x1 convolution and a pixel shuffle: a transposed convolution whose kernel is as large as its
 * stride. Here it stands in the middle of the larger kernel, zeros around.
 *
 * @throws `weights/missing` for a graph of something else
 */
export function fsrcnnWeights(
  { config }: Network,
  graph: ReadonlyMap<string, GraphConstant>,
): Map<string, WeightTensor> {
  const { depth, scale } = config as { depth: number; scale: number };
  const count = depth + 4;
  const weights = new Map<string, WeightTensor>();
  const set = (name: string, shape: readonly number[], data: Float32Array): void => {
    weights.set(name, { dtype: 'f32', shape, data });
  };
  const find = (name: string): GraphConstant => {
    const found = graph.get(name);
    if (found !== undefined) return found;
    const known = [...graph.keys()].join(', ');
    throw new SrError({
      code: 'weights/missing',
      message: `The graph lacks "${name}" of an FSRCNN with ${depth} inner layers; it has ${known}.`,
    });
  };
  for (let i = 1; i < count; i++) {
    const [convolution, prelu] =
      i === 1 ? ['first_part.0', 'first_part.1'] : [`mid_part.${2 * i - 4}`, `mid_part.${2 * i - 3}`];
    const { shape, data } = find(`f${i}`);
    const [height, width, from, to] = shape as [number, number, number, number];
    const values = new Float32Array(data.length);
    for (const [at, value] of data.entries()) {
      const [pixel, rest] = [Math.floor(at / (from * to)), at % (from * to)];
      values[((rest % to) * from + Math.floor(rest / to)) * height * width + pixel] = value;
    }
    set(`${convolution}.weight`, [to, from, height, width], values);
    for (const [name, source] of [
      [`${convolution}.bias`, `b${i}`],
      [`${prelu}.weight`, `alpha${i}`],
    ] as const) {
      const { shape, data } = find(source);
      set(name, shape, data);
    }
  }
  const last = find(`f${count}`);
  const channels = last.shape[2]!;
  const kernel = new Float32Array(channels * outputKernel ** 2);
  const middle = (outputKernel - 1) / 2;
  for (const [at, value] of last.data.entries()) {
    const [channel, phase] = [Math.floor(at / scale ** 2), at % scale ** 2];
    const [row, column] = [middle + Math.floor(phase / scale), middle + (phase % scale)];
    kernel[(channel * outputKernel + row) * outputKernel + column] = value;
  }
  set('last_part.weight', [channels, 1, outputKernel, outputKernel], kernel);
  set('last_part.bias', [1], find(`b${count}`).data);
  return weights;
}

/** Side of an `fsrcnn`'s last kernel. */
const outputKernel = 9;
