/**
 * A network as a function of native TensorFlow, which computes it in one call: convolutions are fused with bias and
 * activation, kernels are brought into oneDNN's order once, and nothing waits for JavaScript in between.
 *
 * It is a graph model in another form, with the weights inside.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  attributeValue,
  dataTypes,
  encodeFunction,
  type Model,
  type NativeBackend,
  nativeBackend,
  SrError,
} from 'sr-tensor';
import { type Attribute, type DataTypeName, exportGraphModel, type GraphModel, type Shape } from './graph-model.js';

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
  native.defineFunction(encode(name, graph, native));
  const run = (images: Tensor4D): Tensor4D => native.runFunction(name, [images], 1)[0] as Tensor4D;
  return Object.assign(run, { dispose: () => native.removeFunction(name) });
}

/** A function with the argument `input` and the result `output`. */
function encode(
  name: string,
  { modelTopology, weightSpecs, weightData }: GraphModel,
  native: NativeBackend,
): Uint8Array {
  const constants = constantsOf(weightSpecs, weightData);
  const nodes = modelTopology.node.filter(({ op }) => op !== 'Placeholder');
  const results = new Map(nodes.map(({ name, op }) => [name, `${name}:${native.operation(op).outputs[0]!.name}:0`]));
  return encodeFunction({
    name,
    inputs: [{ name: 'input', type: dataTypes.float32 }],
    outputs: [{ name: 'output', type: dataTypes.float32, from: results.get('output')! }],
    nodes: nodes.map(({ name, op, input, attr }) => ({
      name,
      op,
      // Only the argument is no result of an operation.
      inputs: input.map(from => results.get(from) ?? from),
      attributes: new Map(
        Object.entries(attr).map(([key, value]) => [key, encodeAttribute(value, constants.get(name))]),
      ),
    })),
  });
}

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

const types: Record<DataTypeName, number> = { DT_FLOAT: dataTypes.float32, DT_INT32: dataTypes.int32 };

function encodeAttribute(value: Attribute, constant: Uint8Array | undefined): Uint8Array {
  if ('list' in value) return attributeValue.integer(value.list.i.map(Number));
  if ('s' in value) return attributeValue.text(atob(value.s));
  if ('i' in value) return attributeValue.integer(Number(value.i));
  if ('f' in value) return attributeValue.float(value.f);
  if ('b' in value) return attributeValue.boolean(value.b);
  if ('type' in value) return attributeValue.type(types[value.type]);
  if ('shape' in value) return attributeValue.shape(sizesOf(value.shape));
  const { dtype, tensorShape } = value.tensor;
  return attributeValue.tensor({ type: types[dtype], shape: sizesOf(tensorShape), bytes: constant! });
}

function sizesOf({ dim }: Shape): number[] {
  return dim.map(({ size }) => Number(size));
}
