/**
 * Functions of native TensorFlow as bytes: FunctionDef of tensorflow/core/framework/function.proto, with op_def.proto,
 * node_def.proto, attr_value.proto and tensor.proto there.
 */
import { type Field, type FieldValue, message } from '../protobuf.js';

export interface FunctionDescription {
  readonly name: string;
  readonly inputs: readonly FunctionValue[];
  readonly outputs: readonly (FunctionValue & { readonly from: string })[];
  readonly nodes: readonly FunctionNode[];
}

export interface FunctionValue {
  readonly name: string;
  /** A DataType of types.proto. */
  readonly type: number;
}

export interface FunctionNode {
  readonly name: string;
  readonly op: string;
  /** An input of the function by its name, or a result as `node:output:index`. */
  readonly inputs: readonly string[];
  /** As `attributeValue` makes them. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/** DataType of the types that tfjs has (types.proto). */
export const dataTypes = { float32: 1, int32: 3, string: 7, complex64: 8, bool: 10 } as const;

export function encodeFunction({ name, inputs, outputs, nodes }: FunctionDescription): Uint8Array {
  const argument = ({ name, type }: FunctionValue): Uint8Array =>
    message([
      [1, name],
      [3, BigInt(type)],
    ]);
  const signature = message([
    [1, name],
    ...inputs.map((input): Field => [2, argument(input)]),
    ...outputs.map((output): Field => [3, argument(output)]),
  ]);
  return message([
    [1, signature],
    ...nodes.map((node): Field => [3, encodeNode(node)]),
    ...outputs.map(({ name, from }): Field => [4, entry(name, from)]),
  ]);
}

function encodeNode({ name, op, inputs, attributes }: FunctionNode): Uint8Array {
  return message([
    [1, name],
    [2, op],
    ...inputs.map((input): Field => [3, input]),
    ...[...attributes].map(([key, value]): Field => [5, entry(key, value)]),
  ]);
}

/** Values of attributes (attr_value.proto); lists where there is one. */
export const attributeValue = {
  text: (value: string | readonly string[]): Uint8Array => oneOrList(2, value, text => text),
  integer: (value: number | readonly number[]): Uint8Array => oneOrList(3, value, BigInt),
  float: (value: number): Uint8Array => message([[4, { float: value }]]),
  boolean: (value: boolean): Uint8Array => message([[5, BigInt(value)]]),
  type: (value: number | readonly number[]): Uint8Array => oneOrList(6, value, BigInt),
  shape: (value: readonly number[]): Uint8Array => message([[7, encodeShape(value)]]),
  /** @param bytes little-endian, as every machine is that runs JavaScript */
  tensor: ({ type, shape, bytes }: { type: number; shape: readonly number[]; bytes: Uint8Array }): Uint8Array => {
    const tensor = message([
      [1, BigInt(type)],
      [2, encodeShape(shape)],
      [4, bytes],
    ]);
    return message([[8, tensor]]);
  },
};

function oneOrList<T>(number: number, value: T | readonly T[], encode: (value: T) => FieldValue): Uint8Array {
  if (!Array.isArray(value)) return message([[number, encode(value as T)]]);
  return message([[1, message(value.map((each): Field => [number, encode(each)]))]]);
}

function encodeShape(shape: readonly number[]): Uint8Array {
  return message(shape.map((size): Field => [2, message([[1, BigInt(size)]])]));
}

/** An entry of a map. */
function entry(key: string, value: string | Uint8Array): Uint8Array {
  return message([
    [1, key],
    [2, value],
  ]);
}
