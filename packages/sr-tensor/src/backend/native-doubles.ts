/**
 * Doubles on native TensorFlow: tfjs has no type for them, TensorFlow has its operations on them.
 *
 * What these operations give are handles, no tensors: `memory()` does not count them, `tidy` of tfjs does not free them.
 */
import { backend, type Tensor } from '@tensorflow/tfjs-core';
import { type NativeAttribute, type OpAttribute, opAttribute, type TypeNumbers } from './native-ops.js';

/** A value held by TensorFlow, of any type. */
export interface NativeHandle {
  readonly id: number;
  readonly shape: readonly number[];
}

/** Operations on handles. */
export interface NativeDoubles {
  /**
   * Runs an operation of TensorFlow that has one output.
   *
   * @param name as TensorFlow calls it, `RealDiv`
   * @param inputs tensors and handles; a number or a list of numbers is an argument of integers: an axis, a shape
   * @param attributes those that do not follow from the inputs
   */
  run(
    name: string,
    inputs: readonly (NativeHandle | Tensor | number | readonly number[])[],
    attributes?: Readonly<Record<string, NativeAttribute>>,
  ): NativeHandle;
  /** Numbers as doubles. */
  cast(x: NativeHandle | Tensor): NativeHandle;
  /** Values as they are. */
  constant(values: readonly number[] | Float64Array, shape?: readonly number[]): NativeHandle;
  /** The values as they are. */
  read(doubles: NativeHandle): Float64Array;
  /** Frees all handles made inside of `compute`, also where it throws, but a handle or a list of them that it returns. */
  tidy<Result>(compute: () => Result): Result;
}

/**
 * Computes in doubles where the current backend is native TensorFlow on the CPU, and frees all handles at the end, also
 * where `compute` throws.
 *
 * @returns undefined on other backends, where `compute` is not called
 * @example
 * const root = withNativeDoubles(doubles => doubles.read(doubles.run('Sqrt', [doubles.constant([2])])));
 */
export function withNativeDoubles<Result>(compute: (doubles: NativeDoubles) => Result): Result | undefined {
  const current = backend() as unknown as Partial<NodeBackend>;
  if (current.binding?.executeOp === undefined || current.isUsingGpuDevice) return undefined;
  const node = current as NodeBackend;
  const { binding } = node;
  let made: number[] = [];

  const keep = (id: number): number => {
    made.push(id);
    return id;
  };
  const scoped = <Value>(inside: () => Value, keptOf: (value: Value) => readonly unknown[]): Value => {
    const outer = made;
    made = [];
    let kept: readonly unknown[] = [];
    try {
      const value = inside();
      kept = keptOf(value);
      return value;
    } finally {
      for (const id of made) {
        if (kept.includes(id)) outer.push(id);
        else binding.deleteTensor(id);
      }
      made = outer;
    }
  };
  const integers = (values: Int32Array, shape: readonly number[]): number =>
    keep(binding.createTensor([...shape], binding.TF_INT32!, values));
  const execute = (
    name: string,
    ids: readonly number[],
    attributes: Readonly<Record<string, NativeAttribute>>,
  ): NativeHandle => {
    const list = Object.entries(attributes).map(([key, value]) => opAttribute(binding, key, value));
    const [{ id, shape }] = binding.executeOp(name, list, [...ids], 1);
    return { id: keep(id), shape };
  };

  const doubles: NativeDoubles = {
    run(name, inputs, attributes = {}) {
      const ids = inputs.map(input => {
        if (typeof input === 'number') return integers(Int32Array.of(input), []);
        if (!('shape' in input)) return integers(Int32Array.from(input), [input.length]);
        return 'dataId' in input ? node.getInputTensorIds([input])[0]! : input.id;
      });
      return execute(name, ids, attributes);
    },
    cast(x) {
      return doubles.run('Cast', [x], { DstT: { dtype: 'float64' } });
    },
    // A double is two integers of 32 bits.
    constant(values, shape = [values.length]) {
      const bits = integers(new Int32Array(Float64Array.from(values).buffer), [...shape, 2]);
      return execute('Bitcast', [bits], { type: { dtype: 'float64' } });
    },
    read({ id }) {
      const { buffer, byteOffset, length } = binding.tensorDataSync(
        execute('Bitcast', [id], { type: { dtype: 'int32' } }).id,
      );
      return new Float64Array(buffer, byteOffset, length / 2);
    },
    tidy(inside) {
      return scoped(inside, value => [value].flat().map(item => (item as Partial<NativeHandle> | undefined)?.id));
    },
  };
  return scoped(
    () => compute(doubles),
    () => [],
  );
}

/** The part of tfjs-node's backend that is used here. */
interface NodeBackend {
  binding: TypeNumbers & Addon;
  isUsingGpuDevice: boolean;
  getInputTensorIds(tensors: Tensor[]): number[];
}

interface Addon {
  createTensor(shape: number[], type: number, values: Int32Array): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: 1): [NativeHandle];
  tensorDataSync(id: number): Int32Array<ArrayBuffer>;
}
