/**
 * A network as a function of native TensorFlow, which computes it in one call: convolutions are fused with bias and
 * activation, kernels are brought into oneDNN's order once, and nothing waits for JavaScript in between.
 *
 * A function is a graph model in the form of tensorflow/core/framework/function.proto (also op_def.proto, node_def.proto,
 * attr_value.proto, tensor.proto there), with the weights inside.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type Model, type NativeBackend, nativeBackend, SrError } from 'sr-tensor';
import {
  type Attribute,
  type DataTypeName,
  exportGraphModel,
  type GraphModel,
  type Node,
  type Shape,
} from './graph-model.js';
import { type Field, message } from './protobuf.js';

/** What `apply` of a network gives, by the parameters that it had when it was made a function. */
export interface NativeFunction {
  (images: Tensor4D): Tensor4D;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * Makes a model a function of native TensorFlow: 0.7 of the time that its operations take one by one (compact network,
 * 256 x 256). `loadUpscaler` does so by itself.
 *
 * The network runs twice on small pictures to be recorded.
 *
 * @param model whose parameters may be changed or disposed afterwards, without effect on the function
 * @returns undefined where the backend is another one, or an addon that cannot take functions (`sr native install` builds
 *   one that can), and for a network with an operation that has no counterpart or that does something else with pictures
 *   of another size
 * @throws what TensorFlow complains of
 * @example
 * import { nativeFunction } from 'sr-models/export';
 *
 * const enlarge = await nativeFunction(model);
 * const larger = enlarge?.(images);
 * enlarge?.dispose();
 */
export async function nativeFunction(model: Model): Promise<NativeFunction | undefined> {
  const native = nativeBackend();
  if (!native?.hasFunctions) return undefined;
  let graph: GraphModel;
  try {
    graph = await exportGraphModel(model);
  } catch (error) {
    if (SrError.isInstance(error) && untraceable.has(error.code)) return undefined;
    throw error;
  }
  return define(native, graph);
}

const untraceable: ReadonlySet<string> = new Set(['export/operation', 'export/size']);

let count = 0;

function define(native: NativeBackend, graph: GraphModel): NativeFunction {
  const name = `sr_network_${count++}`;
  native.defineFunction(encodeFunction(name, graph));
  const run = (images: Tensor4D): Tensor4D => native.runFunction<Tensor4D>(name, [images]);
  return Object.assign(run, { dispose: () => native.removeFunction(name) });
}

/** A FunctionDef with the argument `input` and the result `output`. */
function encodeFunction(name: string, { modelTopology, weightSpecs, weightData }: GraphModel): Uint8Array {
  const constants = constantsOf(weightSpecs, weightData);
  const nodes = modelTopology.node.filter(({ op }) => op !== 'Placeholder');
  const results = new Map(nodes.map(({ name, op }) => [name, `${name}:${resultNames[op as Operation]}:0`]));
  const argument = (of: string): Uint8Array =>
    message([
      [1, of],
      [3, dataTypes.DT_FLOAT],
    ]);
  const signature = message([
    [1, name],
    [2, argument('input')],
    [3, argument('output')],
  ]);
  return message([
    [1, signature],
    ...nodes.map((node): Field => [3, encodeNode(node, results, constants.get(node.name))]),
    [4, entry('output', results.get('output')!)],
  ]);
}

/** What the operations of a graph model call their results (tensorflow/core/ops). */
const resultNames = {
  Const: 'output',
  Conv2D: 'output',
  BiasAdd: 'output',
  Relu: 'activations',
  LeakyRelu: 'activations',
  Tanh: 'y',
  Sigmoid: 'y',
  Sqrt: 'y',
  Square: 'y',
  AddV2: 'z',
  Sub: 'z',
  Mul: 'z',
  RealDiv: 'z',
  ConcatV2: 'output',
  DepthToSpace: 'output',
  GatherV2: 'output',
  Mean: 'output',
  MirrorPad: 'output',
  Pad: 'output',
  StridedSlice: 'output',
  Sum: 'output',
} as const;

type Operation = keyof typeof resultNames;

/** Values of DataType (types.proto). */
const dataTypes: Record<DataTypeName, bigint> = { DT_FLOAT: 1n, DT_INT32: 3n };

/** The bytes of every constant by name: they lie one behind the other. */
function constantsOf(specs: GraphModel['weightSpecs'], data: ArrayBuffer): Map<string, Uint8Array> {
  const constants = new Map<string, Uint8Array>();
  let at = 0;
  for (const { name, shape } of specs) {
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    constants.set(name, new Uint8Array(data, at, bytes));
    at += bytes;
  }
  return constants;
}

function encodeNode(
  { name, op, input, attr }: Node,
  results: ReadonlyMap<string, string>,
  constant: Uint8Array | undefined,
): Uint8Array {
  return message([
    [1, name],
    [2, op],
    // Only the argument is no result of an operation.
    ...input.map((from): Field => [3, results.get(from) ?? from]),
    ...Object.entries(attr).map(([key, value]): Field => [5, entry(key, encodeAttribute(value, constant))]),
  ]);
}

function encodeAttribute(value: Attribute, constant: Uint8Array | undefined): Uint8Array {
  if ('list' in value) return message([[1, message(value.list.i.map((i): Field => [3, BigInt(i)]))]]);
  if ('s' in value) return message([[2, atob(value.s)]]);
  if ('i' in value) return message([[3, BigInt(value.i)]]);
  if ('f' in value) return message([[4, { float: value.f }]]);
  if ('b' in value) return message([[5, BigInt(value.b)]]);
  if ('type' in value) return message([[6, dataTypes[value.type]]]);
  if ('shape' in value) return message([[7, encodeShape(value.shape)]]);
  const { dtype, tensorShape } = value.tensor;
  const tensor = message([
    [1, dataTypes[dtype]],
    [2, encodeShape(tensorShape)],
    // Little-endian, as every machine is that runs JavaScript.
    [4, constant!],
  ]);
  return message([[8, tensor]]);
}

function encodeShape({ dim }: Shape): Uint8Array {
  return message(dim.map(({ size }): Field => [2, message([[1, BigInt(size)]])]));
}

/** An entry of a map. */
function entry(key: string, value: string | Uint8Array): Uint8Array {
  return message([
    [1, key],
    [2, value],
  ]);
}
