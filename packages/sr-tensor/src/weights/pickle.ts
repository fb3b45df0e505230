/**
 * A reader of Python's pickles (protocols 2 to 5) that makes plain data only.
 *
 * A pickle is a program for a small stack machine, which in Python may call any function of any module. Here a name
 * stands for what the caller's table says, and a name that is not in it ends the reading. Nothing is ever looked up
 * elsewhere, and the length of the program bounds time and memory.
 *
 * Source: the opcodes as Python's `pickletools` describes them. Lists, tuples and sets become arrays, dicts Maps,
 * integers numbers or (beyond 2^53) bigints, bytes Uint8Arrays.
 */
import { SrError } from '../errors.js';
import { ByteReader } from './byte-reader.js';

/** What a pickle may call; it must not take longer for long arguments, since a pickle can repeat a call in few bytes. */
export type PickleFunction = (...args: readonly unknown[]) => unknown;

export interface UnpickleOptions {
  /** Where the pickle begins. Default 0. */
  start?: number;
  /** By full name (`collections.OrderedDict`): a `PickleFunction` that the pickle may call, or any other value. */
  globals: ReadonlyMap<string, unknown>;
  /** What a persistent id stands for. */
  persistent: (id: unknown) => unknown;
}

export interface Unpickled {
  readonly value: unknown;
  /** The position after the pickle. */
  readonly end: number;
}

/** A parameter with its optimizer state takes about 150 steps; the limit keeps time and memory of hostile files small. */
const MOST_STEPS = 1_000_000;

/** The longest integer, in bytes: PyTorch's magic number takes 10. */
const LONGEST_INTEGER = 32;

/** The longest name of a module or of something in it. */
const LONGEST_NAME = 200;

/**
 * Reads one pickle.
 *
 * @throws `weights/unsafe` for a name that is not in `globals`, `weights/corrupt` if the pickle is not sound,
 *   `weights/unsupported` for opcodes that weight files do not need, `weights/too-large` beyond a million steps
 */
export function unpickle(bytes: Uint8Array, { start = 0, globals, persistent }: UnpickleOptions): Unpickled {
  const reader = new ByteReader(bytes, start);
  const stack = new Stack();
  const memo = new Map<number, unknown>();

  for (let step = 0; step < MOST_STEPS; step++) {
    const opcode = reader.uint8();
    switch (opcode) {
      case Opcode.proto:
        if (reader.uint8() > 5) throw unsupported('a protocol above 5');
        break;
      case Opcode.frame: // a hint for buffering
        reader.uint64();
        break;
      case Opcode.stop:
        return { value: stack.pop(), end: reader.position };

      case Opcode.mark:
        stack.mark();
        break;
      case Opcode.pop:
        stack.popValueOrMark();
        break;
      case Opcode.popMark:
        stack.popToMark();
        break;
      case Opcode.dup:
        stack.push(stack.top());
        break;

      case Opcode.none:
        stack.push(null);
        break;
      case Opcode.newTrue:
        stack.push(true);
        break;
      case Opcode.newFalse:
        stack.push(false);
        break;
      case Opcode.binInt:
        stack.push(reader.int32());
        break;
      case Opcode.binInt1:
        stack.push(reader.uint8());
        break;
      case Opcode.binInt2:
        stack.push(reader.uint16());
        break;
      case Opcode.long1:
        stack.push(integer(reader, reader.uint8()));
        break;
      case Opcode.long4:
        stack.push(integer(reader, reader.uint32()));
        break;
      case Opcode.binFloat:
        stack.push(reader.float64());
        break;

      case Opcode.shortBinString:
      case Opcode.shortBinUnicode:
        stack.push(reader.text(reader.uint8()));
        break;
      case Opcode.binString:
      case Opcode.binUnicode:
        stack.push(reader.text(reader.uint32()));
        break;
      case Opcode.binUnicode8:
        stack.push(reader.text(reader.uint64()));
        break;
      case Opcode.shortBinBytes:
        stack.push(reader.bytes(reader.uint8()));
        break;
      case Opcode.binBytes:
        stack.push(reader.bytes(reader.uint32()));
        break;
      case Opcode.binBytes8:
      case Opcode.byteArray8:
        stack.push(reader.bytes(reader.uint64()));
        break;

      case Opcode.emptyList:
      case Opcode.emptyTuple:
      case Opcode.emptySet:
        stack.push([]);
        break;
      case Opcode.list:
      case Opcode.tuple:
      case Opcode.frozenSet:
        stack.push(stack.popToMark());
        break;
      case Opcode.tuple1:
        stack.push(stack.popMany(1));
        break;
      case Opcode.tuple2:
        stack.push(stack.popMany(2));
        break;
      case Opcode.tuple3:
        stack.push(stack.popMany(3));
        break;
      case Opcode.append: {
        const items = stack.popMany(1);
        append(stack.top(), items);
        break;
      }
      case Opcode.appends:
      case Opcode.addItems: {
        const items = stack.popToMark();
        append(stack.top(), items);
        break;
      }

      case Opcode.emptyDict:
        stack.push(new Map());
        break;
      case Opcode.dict: {
        const items = stack.popToMark();
        stack.push(new Map());
        setItems(stack.top(), items);
        break;
      }
      case Opcode.setItem: {
        const items = stack.popMany(2);
        setItems(stack.top(), items);
        break;
      }
      case Opcode.setItems: {
        const items = stack.popToMark();
        setItems(stack.top(), items);
        break;
      }

      case Opcode.binPut:
        memo.set(reader.uint8(), stack.top());
        break;
      case Opcode.longBinPut:
        memo.set(reader.uint32(), stack.top());
        break;
      case Opcode.memoize:
        memo.set(memo.size, stack.top());
        break;
      case Opcode.binGet:
        stack.push(recall(memo, reader.uint8()));
        break;
      case Opcode.longBinGet:
        stack.push(recall(memo, reader.uint32()));
        break;

      case Opcode.global:
        stack.push(find(globals, reader.line(LONGEST_NAME), reader.line(LONGEST_NAME)));
        break;
      case Opcode.stackGlobal: {
        const [module, name] = stack.popMany(2);
        stack.push(find(globals, module, name));
        break;
      }
      case Opcode.inst:
        throw unsafe(`${reader.line(LONGEST_NAME)}.${reader.line(LONGEST_NAME)}`);
      case Opcode.reduce:
      case Opcode.newObject: {
        const [callee, args] = stack.popMany(2);
        stack.push(call(callee, args));
        break;
      }
      case Opcode.build: // attributes of a dict or a tensor: they say nothing of its values
        stack.pop();
        stack.top();
        break;
      case Opcode.binPersistentId:
        stack.push(persistent(stack.pop()));
        break;

      default:
        throw unsupported(`the opcode 0x${opcode.toString(16)} (byte ${reader.position - 1})`);
    }
  }
  throw new SrError({
    code: 'weights/too-large',
    message: `The pickle in the file takes more than ${MOST_STEPS} steps. Save only the state dict: torch.save(model.state_dict(), path).`,
  });
}

const Opcode = {
  mark: 0x28,
  emptyTuple: 0x29,
  stop: 0x2e,
  pop: 0x30,
  popMark: 0x31,
  dup: 0x32,
  binBytes: 0x42,
  shortBinBytes: 0x43,
  binFloat: 0x47,
  binInt: 0x4a,
  binInt1: 0x4b,
  binInt2: 0x4d,
  none: 0x4e,
  binPersistentId: 0x51,
  reduce: 0x52,
  binString: 0x54,
  shortBinString: 0x55,
  binUnicode: 0x58,
  emptyList: 0x5d,
  append: 0x61,
  build: 0x62,
  global: 0x63,
  dict: 0x64,
  appends: 0x65,
  binGet: 0x68,
  inst: 0x69,
  longBinGet: 0x6a,
  list: 0x6c,
  binPut: 0x71,
  longBinPut: 0x72,
  setItem: 0x73,
  tuple: 0x74,
  setItems: 0x75,
  emptyDict: 0x7d,
  proto: 0x80,
  newObject: 0x81,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  newTrue: 0x88,
  newFalse: 0x89,
  long1: 0x8a,
  long4: 0x8b,
  shortBinUnicode: 0x8c,
  binUnicode8: 0x8d,
  binBytes8: 0x8e,
  emptySet: 0x8f,
  addItems: 0x90,
  frozenSet: 0x91,
  stackGlobal: 0x93,
  memoize: 0x94,
  frame: 0x95,
  byteArray8: 0x96,
} as const;

/** Values, and the places that were marked; nothing below the last mark can be taken. */
class Stack {
  readonly #values: unknown[] = [];
  readonly #marks: number[] = [];

  push(value: unknown): void {
    this.#values.push(value);
  }

  top(): unknown {
    this.#expect(1);
    return this.#values.at(-1);
  }

  pop(): unknown {
    this.#expect(1);
    return this.#values.pop();
  }

  popMany(count: number): unknown[] {
    this.#expect(count);
    return this.#values.splice(-count);
  }

  mark(): void {
    this.#marks.push(this.#values.length);
  }

  popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw corrupt('it lacks a mark');
    return this.#values.splice(mark);
  }

  popValueOrMark(): void {
    if (this.#values.length === this.#marks.at(-1)) this.#marks.pop();
    else this.pop();
  }

  #expect(count: number): void {
    if (this.#values.length - (this.#marks.at(-1) ?? 0) < count) throw corrupt('it takes more values than there are');
  }
}

/** A two's complement integer, least significant byte first. */
function integer(reader: ByteReader, length: number): number | bigint {
  if (length > LONGEST_INTEGER) throw unsupported(`an integer of ${length} bytes`);
  let value = 0n;
  for (const [i, byte] of reader.bytes(length).entries()) value |= BigInt(byte) << BigInt(8 * i);
  value = BigInt.asIntN(8 * length, value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function append(list: unknown, items: readonly unknown[]): void {
  if (!Array.isArray(list)) throw corrupt('it appends to something that is not a list');
  for (const item of items) list.push(item);
}

function setItems(dict: unknown, items: readonly unknown[]): void {
  if (!(dict instanceof Map)) throw corrupt('it sets an item of something that is not a dict');
  if (items.length % 2 !== 0) throw corrupt('it sets a key without a value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function recall(memo: ReadonlyMap<number, unknown>, index: number): unknown {
  if (!memo.has(index)) throw corrupt(`it recalls value ${index}, which it has not stored`);
  return memo.get(index);
}

function find(globals: ReadonlyMap<string, unknown>, module: unknown, name: unknown): unknown {
  if (typeof module !== 'string' || typeof name !== 'string') throw corrupt('it looks for something without a name');
  const fullName = `${module}.${name}`;
  if (!globals.has(fullName)) throw unsafe(fullName);
  return globals.get(fullName);
}

function call(callee: unknown, args: unknown): unknown {
  if (typeof callee !== 'function') throw corrupt('it calls something that is not a function');
  if (!Array.isArray(args) || args.length > 16) throw corrupt('it calls a function without a tuple of arguments');
  return (callee as PickleFunction)(...args);
}

function unsafe(name: string): SrError {
  return new SrError({
    code: 'weights/unsafe',
    message: `The pickle in the file asks for ${name.slice(0, LONGEST_NAME)}, which is not one of the few names that weights need; nothing was run. Use a file from a source you trust that holds only a state dict, or safetensors.`,
  });
}

function unsupported(what: string): SrError {
  return new SrError({
    code: 'weights/unsupported',
    message: `The pickle in the file uses ${what}, which files of torch.save do not need.`,
  });
}

function corrupt(what: string): SrError {
  return new SrError({ code: 'weights/corrupt', message: `The pickle in the file is not sound: ${what}.` });
}
