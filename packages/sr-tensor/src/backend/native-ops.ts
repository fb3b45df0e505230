import { backend, type DataType, fill, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type NativeOperation, operationReader } from './native-operations.js';

/**
 * TensorFlow's own operations through tfjs-node, for the few places where one of them is much faster than what
 * tfjs composes.
 *
 * An operation run this way is not recorded for differentiation: it belongs inside an operation of ours that has a
 * gradient (`defineOperation`).
 */
export interface NativeBackend {
  /**
   * Runs an operation of TensorFlow that has one output.
   *
   * @param name as TensorFlow calls it, `ReluGrad`
   * @param attributes numbers are integers unless wrapped by `float`; `dtype` values name a type
   */
  run<T extends Tensor>(name: string, inputs: Tensor[], attributes?: Record<string, NativeAttribute>): T;
  /** The same of an operation with so many outputs. */
  runMany(name: string, inputs: Tensor[], outputs: number, attributes?: Record<string, NativeAttribute>): Tensor[];
  /** Whether it computes on a GPU. */
  readonly isOnGpu: boolean;
  /** Whether what is called is being recorded (`recordNative`): it must not depend on values that are read. */
  isRecording: boolean;
  /**
   * Whether the convolutions of oneDNN, which TensorFlow contains for x86 and by itself uses on some processors only,
   * can be called by `runOneDnn` and give the same results.
   */
  readonly hasOneDnn: boolean;
  /** The same of its `BatchMatMulV2`. */
  readonly hasOneDnnProduct: boolean;
  /**
   * Whether TensorFlow's fused convolutions can be called, which want lists of names and types as attributes. tfjs-node's
   * own addon passes single values only; the one that `sr native install` builds passes lists.
   */
  readonly hasFusedConv: boolean;
  /**
   * Whether functions can be defined: many operations that TensorFlow optimises together and runs in one call. Only the
   * addon that `sr native install` builds takes them.
   */
  readonly hasFunctions: boolean;
  /** Defines a function, given as a FunctionDef (tensorflow/core/framework/function.proto). */
  defineFunction(definition: Uint8Array): void;
  removeFunction(name: string): void;
  /** What TensorFlow says of an operation; where functions can be defined. Throws where there is none of the name. */
  operation(name: string): NativeOperation;
  /** Runs a function that has so many results. */
  runFunction(name: string, inputs: readonly Tensor[], outputs: number): Tensor[];
  /** Runs oneDNN's form of an operation. */
  runOneDnn<T extends Tensor>(name: string, inputs: Tensor[], attributes?: Record<string, NativeAttribute>): T;
}

export type NativeAttribute =
  | string
  | boolean
  | number
  | readonly number[]
  | readonly string[]
  | { float: number }
  | { dtype: NativeType }
  | { dtypes: readonly NativeType[] };

/** The types of tfjs and those that TensorFlow alone has and we use. */
type NativeType = DataType | 'float64';

/** The native backend (tfjs-node or tfjs-node-gpu) if it is the current one. */
export function nativeBackend(): NativeBackend | undefined {
  const current = backend() as Partial<NodeBackend>;
  if (current.executeSingleOutput === undefined || current.binding === undefined) return undefined;
  const node = current as NodeBackend;
  let native = wrapped.get(node);
  if (native === undefined) {
    native = wrap(node);
    wrapped.set(node, native);
  }
  return native;
}

/** The part of tfjs-node's backend that is used here. */
interface NodeBackend {
  binding: TypeNumbers & Partial<Functions>;
  isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: OpAttribute[], inputs: Tensor[], outputs: number): Tensor[];
}

/** What `sr native install` adds to the addon (`native/extend-addon.ts`); the first two throw what TensorFlow complains of. */
interface Functions {
  addFunction(definition: Uint8Array): void;
  removeFunction(name: string): void;
  /** An OpList (tensorflow/core/framework/op_def.proto). */
  operationList(): Uint8Array;
}

/** The numbers of types in tfjs-node's addon. */
export type TypeNumbers = Record<`TF_${string}`, number>;

/** An attribute as the addon takes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

const wrapped = new WeakMap<NodeBackend, NativeBackend>();

function wrap(node: NodeBackend): NativeBackend {
  const { binding } = node;
  const float32 = opAttribute(binding, 'T', { dtype: 'float32' });
  let hasOneDnn: boolean | undefined;
  let hasOneDnnProduct: boolean | undefined;
  let hasFusedConv: boolean | undefined;
  let readOperation: ((name: string) => NativeOperation) | undefined;
  const listOf = (attributes: Record<string, NativeAttribute>): OpAttribute[] => {
    const list = Object.entries(attributes).map(([key, value]) => opAttribute(binding, key, value));
    return 'T' in attributes ? list : [float32, ...list];
  };
  const native: NativeBackend = {
    run<T extends Tensor>(name: string, inputs: Tensor[], attributes: Record<string, NativeAttribute> = {}): T {
      return node.executeSingleOutput(name, listOf(attributes), inputs) as T;
    },
    runMany(name, inputs, outputs, attributes = {}) {
      return node.executeMultipleOutputs(name, listOf(attributes), inputs, outputs);
    },
    isOnGpu: node.isUsingGpuDevice,
    isRecording: false,
    get hasOneDnn() {
      hasOneDnn ??=
        !node.isUsingGpuDevice && tryOneDnn(native, convolutions, { strides: [1, 1, 1, 1], padding: 'VALID' });
      return hasOneDnn;
    },
    get hasOneDnnProduct() {
      hasOneDnnProduct ??= !node.isUsingGpuDevice && tryOneDnn(native, matrixProducts, { adj_x: true, adj_y: false });
      return hasOneDnnProduct;
    },
    get hasFusedConv() {
      hasFusedConv ??= !node.isUsingGpuDevice && tryFusedConv(native);
      return hasFusedConv;
    },
    hasFunctions: binding.addFunction !== undefined && binding.operationList !== undefined,
    operation(name) {
      readOperation ??= operationReader(binding.operationList!());
      return readOperation(name);
    },
    defineFunction: definition => binding.addFunction!(definition),
    removeFunction: name => binding.removeFunction!(name),
    runFunction(name, inputs, outputs) {
      return node.executeMultipleOutputs(name, [], [...inputs], outputs);
    },
    runOneDnn<T extends Tensor>(name: string, inputs: Tensor[], attributes: Record<string, NativeAttribute> = {}): T {
      // The label under which TensorFlow's graph rewriter finds these kernels (tensorflow/core/graph/mkl_graph_util.h).
      const prefix = name.includes('MatMul') ? '_Mkl' : '_MklNative';
      return native.run(`${prefix}${name}`, inputs, { ...attributes, _kernel: 'MklNameChangeOp' });
    },
  };
  return native;
}

/** An attribute as tfjs-node's addon takes it. */
export function opAttribute(binding: TypeNumbers, name: string, value: NativeAttribute): OpAttribute {
  if (typeof value === 'string' || isTexts(value) || value instanceof Uint8Array)
    return { name, type: binding.TF_ATTR_STRING!, value };
  if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL!, value };
  if (typeof value !== 'object' || Array.isArray(value)) return { name, type: binding.TF_ATTR_INT!, value };
  if ('float' in value) return { name, type: binding.TF_ATTR_FLOAT!, value: value.float };
  const types: Record<NativeType, number> = {
    float32: binding.TF_FLOAT!,
    // TF_DOUBLE of tensorflow/c/tf_datatype.h, which the addon does not name.
    float64: 2,
    int32: binding.TF_INT32!,
    bool: binding.TF_BOOL!,
    complex64: binding.TF_COMPLEX64!,
    string: binding.TF_STRING!,
  };
  const { dtype, dtypes } = value as { dtype: NativeType; dtypes?: readonly NativeType[] };
  return { name, type: binding.TF_ATTR_TYPE!, value: dtypes === undefined ? types[dtype] : dtypes.map(t => types[t]) };
}

function isTexts(value: NativeAttribute): value is readonly string[] {
  return Array.isArray(value) && typeof value[0] === 'string';
}

/** 1 * -1 + 0.5 below zero. */
function tryFusedConv(native: NativeBackend): boolean {
  const attributes = { strides: [1, 1, 1, 1], padding: 'VALID', ...fusedWith('Relu') };
  try {
    return tidy(() => {
      const inputs = [fill([1, 1, 1, 1], 1), fill([1, 1, 1, 1], -1), fill([1], 0.5)];
      return native.run('_FusedConv2D', inputs, attributes).dataSync()[0] === 0;
    });
  } catch {
    // An addon that knows single values only.
    return false;
  }
}

/** The attributes that make a fused convolution add its third input, the bias, and apply an activation. */
export function fusedWith(activation: 'Relu' | 'LeakyRelu', slope = 0): Record<string, NativeAttribute> {
  return {
    fused_ops: ['BiasAdd', activation],
    num_args: 1,
    TArgs: { dtypes: ['float32'] },
    num_host_args: 0,
    ...(activation === 'LeakyRelu' && { leakyrelu_alpha: { float: slope } }),
  };
}

/** An operation on ones and the like, and the first value of what comes out, known beforehand. */
type Trial = readonly [name: string, inputs: () => Tensor[], first: number];

const images = [2, 4, 4, 8];
const weights = [3, 3, 8, 16];
const outputs = [2, 2, 2, 16];
const convolutions: readonly Trial[] = [
  ['Conv2D', () => [fill(images, 1), fill(weights, 1)], 3 * 3 * 8],
  ['Conv2DWithBias', () => [fill(images, 1), fill(weights, 1), fill([16], 0.5)], 3 * 3 * 8 + 0.5],
  // The corner of the input lies under one position of the filter.
  ['Conv2DBackpropInput', () => [tensor1d(images, 'int32'), fill(weights, 1), fill(outputs, 1)], 16],
  ['Conv2DBackpropFilter', () => [fill(images, 1), tensor1d(weights, 'int32'), fill(outputs, 1)], 2 * 2 * 2],
];
const matrixProducts: readonly Trial[] = [['BatchMatMulV2', () => [fill([2, 6, 3], 1), fill([2, 6, 3], 0.5)], 6 * 0.5]];

/** Runs each of oneDNN's operations that we use. */
function tryOneDnn(
  native: NativeBackend,
  trials: readonly Trial[],
  attributes: Record<string, NativeAttribute>,
): boolean {
  try {
    return tidy(() =>
      trials.every(([name, inputs, first]) => native.runOneDnn(name, inputs(), attributes).dataSync()[0] === first),
    );
  } catch {
    // Not in this build of TensorFlow.
    return false;
  }
}
