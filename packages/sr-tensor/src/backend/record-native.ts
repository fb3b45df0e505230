/**
 * A computation on native TensorFlow as one function: what it calls is written down once and from then on runs without
 * JavaScript in between, several operations at a time.
 */
import { backend, dispose, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { attributeValue, dataTypes, encodeFunction, type FunctionNode } from './function-definition.js';
import type { NativeArgument, NativeOperation } from './native-operations.js';
import { nativeBackend, type OpAttribute } from './native-ops.js';

/** Computes the same anew from other values of the inputs; the caller disposes what comes out. */
export interface NativeReplay {
  (inputs: readonly Tensor[]): Tensor[];
  dispose(): void;
}

export interface NativeRecording {
  /** What the computation gave; the caller disposes it. */
  readonly outputs: Tensor[];
  /** Absent where it cannot be repeated without it. */
  readonly replay?: NativeReplay;
}

/**
 * Runs a computation and, where it can, makes of it a function of native TensorFlow, in which shapes are fixed.
 *
 * It is called two or three times. There is no replay on other backends and GPUs, without the addon that `sr native install`
 * builds, and for a computation that reads values or makes other constants each time (random numbers). Everything else that it
 * depends on must be an input: what a variable of JavaScript says is as it was.
 *
 * @param inputs what changes from one time to the next; they stay the caller's
 * @param compute gives tensors that it keeps; tensors beyond the inputs have to stay while there is a replay
 * @returns outputs by the replay, if there is one: each time the same to the last bit, in which they may differ from those that
 *   `compute` gives, since TensorFlow joins operations
 * @example
 * import { keep, square, tensor1d, tidy } from '@tensorflow/tfjs-core';
 * import { recordNative } from 'sr-tensor';
 *
 * const [first, second] = [tensor1d([1, 2]), tensor1d([3, 4])];
 * const { outputs, replay } = recordNative([first], () => [tidy(() => keep(square(first)))]);
 * const others = replay?.([second]) ?? [square(second)]; // [9, 16]
 */
export function recordNative(inputs: readonly Tensor[], compute: () => Tensor[]): NativeRecording {
  const native = nativeBackend();
  if (!native?.hasFunctions || native.isOnGpu) return { outputs: compute() };
  // Tried now, so that no trial is recorded.
  void [native.hasOneDnn, native.hasOneDnnProduct, native.hasFusedConv];
  const node = backend() as unknown as NodeBackend;
  const ids = node.getInputTensorIds(inputs);
  const passes: Watched[] = [];
  let isRepeated = false;
  native.isRecording = true;
  try {
    // The first may do more than those after it: values of tensors go to TensorFlow when they are first used.
    while (!isRepeated && passes.length < MOST_PASSES) {
      passes.push(watch(node, ids, compute));
      isRepeated = passes.length > 1 && isSame(passes.at(-2)!, passes.at(-1)!);
    }
  } finally {
    native.isRecording = false;
  }
  const { outputs, ...last } = passes.pop()!;
  dispose(passes.map(pass => pass.outputs));
  if (!isRepeated || last.reads) return { outputs };
  const name = `sr_recording_${count++}`;
  const outside = [...last.outside.values()] as Tensor[];
  native.defineFunction(encode(name, { inputs, ids, ...last }, native.operation, node.binding));
  const replay: NativeReplay = Object.assign(
    (values: readonly Tensor[]) => native.runFunction(name, [...values, ...outside], outputs.length),
    { dispose: () => native.removeFunction(name) },
  );
  // Where they are summed differently last bits differ: what comes out must not depend on which time this is.
  dispose(outputs);
  return { outputs: replay(inputs), replay };
}

let count = 0;
const MOST_PASSES = 3;

/** The part of tfjs-node's backend that is used here. */
interface NodeBackend {
  binding: Binding;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
}

interface Binding extends Record<`TF_${string}`, number> {
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputs: number,
  ): { id: number; dtype: number }[];
  createTensor(shape: number[], dtype: string | number, values: ArrayLike<number>): number;
  tensorDataSync(id: number): ArrayBufferView;
  tensorData(id: number): Promise<ArrayBufferView>;
}

/** Something that was called or made. */
interface Step {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  /** Where its inputs come from: `input:0`, the first result of a step (`0:0`), or a tensor from outside (`outside:ID`). */
  readonly inputs: readonly string[];
  /** The type of each result. */
  readonly types: readonly number[];
  /** Of a constant. */
  readonly constant?: { readonly shape: readonly number[]; readonly bytes: Uint8Array };
}

interface Watched {
  readonly outputs: Tensor[];
  readonly steps: readonly Step[];
  /** Where the outputs come from. */
  readonly results: readonly string[];
  /** Tensors that were there before and are no inputs. */
  readonly outside: ReadonlyMap<string, TensorInfo>;
  /** Whether values were read. */
  readonly reads: boolean;
}

/** Runs a computation and writes down what it asks of the addon. */
function watch(node: NodeBackend, inputs: readonly number[], compute: () => Tensor[]): Watched {
  const { binding, getInputTensorIds } = node;
  const steps: Step[] = [];
  const sources = new Map(inputs.map((id, i) => [id, `input:${i}`]));
  const outside = new Map<string, TensorInfo>();
  let reads = false;

  const note = (step: Step, results: readonly number[]): void => {
    for (const [i, id] of results.entries()) sources.set(id, `${steps.length}:${i}`);
    steps.push(step);
  };
  const idsOf: NodeBackend['getInputTensorIds'] = tensors => {
    const ids = getInputTensorIds.call(node, tensors);
    for (const [i, id] of ids.entries()) {
      if (sources.has(id)) continue;
      sources.set(id, `outside:${id}`);
      outside.set(`outside:${id}`, tensors[i]!);
    }
    return ids;
  };
  const executeOp: Binding['executeOp'] = (op, attributes, ids, outputs) => {
    const results = binding.executeOp(op, attributes, ids, outputs);
    const types = results.map(({ dtype }) => dtype);
    note(
      { op, attributes, inputs: ids.map(id => sources.get(id)!), types },
      results.map(({ id }) => id),
    );
    return results;
  };
  const createTensor: Binding['createTensor'] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values);
    const type = typeof dtype === 'number' ? dtype : dataTypes[dtype as keyof typeof dataTypes];
    note(
      { op: 'Const', attributes: [], inputs: [], types: [type], constant: { shape, bytes: bytesOf(values, type) } },
      [id],
    );
    return id;
  };
  const read = <Name extends 'tensorDataSync' | 'tensorData'>(name: Name): Binding[Name] =>
    ((id: number) => {
      reads = true;
      return binding[name](id);
    }) as Binding[Name];

  const values = { executeOp, createTensor, tensorDataSync: read('tensorDataSync'), tensorData: read('tensorData') };
  // The addon's own properties cannot be written.
  node.binding = Object.create(binding, Object.getOwnPropertyDescriptors(values));
  node.getInputTensorIds = idsOf;
  try {
    const outputs = compute();
    const results = idsOf(outputs).map(id => sources.get(id)!);
    return { outputs, steps, results, outside, reads };
  } finally {
    node.binding = binding;
    node.getInputTensorIds = getInputTensorIds;
  }
}

/** A copy, as TensorFlow keeps them. */
function bytesOf(values: ArrayLike<number>, type: number): Uint8Array {
  const typed = ArrayBuffer.isView(values)
    ? values
    : type === dataTypes.float32
      ? Float32Array.from(values)
      : type === dataTypes.bool
        ? Uint8Array.from(values)
        : Int32Array.from(values);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength).slice();
}

function isSame(a: Watched, b: Watched): boolean {
  return (
    a.steps.length === b.steps.length &&
    a.results.join() === b.results.join() &&
    a.steps.every((step, i) => {
      const other = b.steps[i]!;
      return (
        step.op === other.op &&
        step.inputs.join() === other.inputs.join() &&
        JSON.stringify(step.attributes) === JSON.stringify(other.attributes) &&
        step.constant?.shape.join() === other.constant?.shape.join() &&
        isEqual(step.constant?.bytes, other.constant?.bytes)
      );
    })
  );
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a?.length === b?.length && a!.every((byte, i) => byte === b![i]));
}

/** The function that does what was watched; what no output needs is left out. */
function encode(
  name: string,
  {
    inputs,
    ids,
    steps,
    results,
    outside,
  }: Omit<Watched, 'outputs'> & { inputs: readonly Tensor[]; ids: readonly number[] },
  operationOf: (name: string) => NativeOperation,
  binding: Binding,
): Uint8Array {
  const argumentsOf = new Map<string, { name: string; type: number }>();
  for (const i of ids.keys()) {
    argumentsOf.set(`input:${i}`, { name: `input${i}`, type: dataTypes[inputs[i]!.dtype] });
  }
  for (const [source, { dtype }] of outside) {
    argumentsOf.set(source, { name: source.replace(':', ''), type: dataTypes[dtype] });
  }
  const typeOf = (source: string): number => {
    const [step, result] = source.split(':').map(Number) as [number, number];
    return argumentsOf.get(source)?.type ?? steps[step]!.types[result]!;
  };
  const places = new Map([...argumentsOf].map(([source, { name }]) => [source, name]));
  for (const [i, { op, attributes, types }] of steps.entries()) {
    const outputs = op === 'Const' ? constantOutput : operationOf(op).outputs;
    const names = outputs.flatMap(output => {
      const length = lengthOf(output, attributes, types.length - outputs.length + 1);
      return Array.from({ length }, (_, k) => `step${i}:${output.name}:${k}`);
    });
    for (const [k, place] of names.entries()) places.set(`${i}:${k}`, place);
  }
  const nodes = neededSteps(steps, results).map((i): FunctionNode => {
    const step = steps[i]!;
    return {
      name: `step${i}`,
      op: step.op,
      inputs: step.inputs.map(source => places.get(source)!),
      attributes: step.constant
        ? constantAttributes(step.types[0]!, step.constant)
        : attributesOf(step, operationOf(step.op), step.inputs.map(typeOf), binding),
    };
  });
  return encodeFunction({
    name,
    inputs: [...argumentsOf.values()],
    outputs: results.map((source, i) => ({ name: `output${i}`, type: typeOf(source), from: places.get(source)! })),
    nodes,
  });
}

const constantOutput: readonly NativeArgument[] = [{ name: 'output' }];

function neededSteps(steps: readonly Step[], results: readonly string[]): number[] {
  const needed = new Set(results.map(source => source.split(':')[0]));
  const found: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    if (!needed.has(String(i))) continue;
    found.unshift(i);
    for (const source of steps[i]!.inputs) needed.add(source.split(':')[0]);
  }
  return found;
}

/** How many tensors an argument stands for. */
function lengthOf({ count, types }: NativeArgument, attributes: readonly OpAttribute[], rest: number): number {
  if (count === undefined && types === undefined) return 1;
  const given = attributes.find(({ name }) => name === (count ?? types))?.value;
  return typeof given === 'number' ? given : Array.isArray(given) ? given.length : rest;
}

function constantAttributes(type: number, { shape, bytes }: NonNullable<Step['constant']>): Map<string, Uint8Array> {
  return new Map([
    ['dtype', attributeValue.type(type)],
    ['value', attributeValue.tensor({ type, shape, bytes })],
  ]);
}

/** Those given and, as when it was called, those that follow from its inputs. */
function attributesOf(
  { attributes }: Step,
  { inputs, attributes: known }: NativeOperation,
  types: readonly number[],
  binding: Binding,
): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (const attribute of attributes) {
    // Names with an underscore belong to no operation: `_kernel`.
    if (!known.has(attribute.name) && !attribute.name.startsWith('_')) continue;
    values.set(attribute.name, encodeAttribute(attribute, binding));
  }
  let at = 0;
  for (const input of inputs) {
    const length = lengthOf(input, attributes, types.length - inputs.length + 1);
    const own = types.slice(at, at + length);
    at += length;
    const infer = (name: string | undefined, value: () => Uint8Array): void => {
      if (name !== undefined && !values.has(name)) values.set(name, value());
    };
    infer(input.count, () => attributeValue.integer(length));
    infer(input.types, () => attributeValue.type(own));
    if (own.length > 0) infer(input.type, () => attributeValue.type(own[0]!));
  }
  return values;
}

function encodeAttribute({ name, type, value }: OpAttribute, binding: Binding): Uint8Array {
  switch (type) {
    case binding.TF_ATTR_STRING:
      return attributeValue.text(value as string | string[]);
    case binding.TF_ATTR_INT:
      return attributeValue.integer(value as number | number[]);
    case binding.TF_ATTR_FLOAT:
      return attributeValue.float(value as number);
    case binding.TF_ATTR_BOOL:
      return attributeValue.boolean(value as boolean);
    case binding.TF_ATTR_TYPE:
      return attributeValue.type(value as number | number[]);
    case binding.TF_ATTR_SHAPE:
      return attributeValue.shape(value as number[]);
    default:
      throw new Error(`The attribute "${name}" is of an unknown kind, ${type}.`);
  }
}
