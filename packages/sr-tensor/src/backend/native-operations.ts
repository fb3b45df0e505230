/** What TensorFlow says of its operations (tensorflow/core/framework/op_def.proto). */
import { fieldsOf } from '../protobuf.js';

/** An operation of TensorFlow. */
export interface NativeOperation {
  readonly inputs: readonly NativeArgument[];
  readonly outputs: readonly NativeArgument[];
  readonly attributes: ReadonlySet<string>;
}

/** An input or output: one tensor, or a list whose length an attribute has. */
export interface NativeArgument {
  readonly name: string;
  /** The attribute that has its type, unless that is always the same. */
  readonly type?: string;
  /** The attribute that has the number of tensors, of a list of one type. */
  readonly count?: string;
  /** The attribute that has the types of a list. */
  readonly types?: string;
}

/**
 * The operations of an OpList by name. Each is read when it is asked for: a network takes a dozen of 1,800, and all of them
 * take 80 ms.
 */
export function operationReader(list: Uint8Array): (name: string) => NativeOperation {
  const messages = new Map<string, Uint8Array>();
  for (const [, operation] of fieldsOf(list)) {
    // The name is the first field.
    for (const [, name] of fieldsOf(operation as Uint8Array)) {
      messages.set(text(name as Uint8Array), operation as Uint8Array);
      break;
    }
  }
  const known = new Map<string, NativeOperation>();
  return name => {
    let operation = known.get(name);
    if (operation === undefined) {
      const found = messages.get(name);
      if (found === undefined) throw new Error(`TensorFlow does not list the operation "${name}".`);
      operation = readOperation(found);
      known.set(name, operation);
    }
    return operation;
  };
}

function readOperation(operation: Uint8Array): NativeOperation {
  const fields = [...fieldsOf(operation)] as [number, Uint8Array][];
  const all = (number: number): Uint8Array[] => fields.filter(([each]) => each === number).map(([, value]) => value);
  return {
    inputs: all(2).map(readArgument),
    outputs: all(3).map(readArgument),
    attributes: new Set(all(4).map(attribute => readTexts(attribute).get(1)!)),
  };
}

function readArgument(argument: Uint8Array): NativeArgument {
  const texts = readTexts(argument);
  const [type, count, types] = [texts.get(4), texts.get(5), texts.get(6)];
  return { name: texts.get(1)!, ...(type && { type }), ...(count && { count }), ...(types && { types }) };
}

/** Names by the number of their field; numbers are left out. */
function readTexts(message: Uint8Array): Map<number, string> {
  const texts = new Map<number, string>();
  for (const [number, value] of fieldsOf(message)) if (typeof value !== 'bigint') texts.set(number, text(value));
  return texts;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
