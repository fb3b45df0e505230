/**
 * The names that the pickle of a state dict may ask for, and what they stand for here. Nothing else is ever called.
 *
 * Tensors are only described: which storage, from where, with which strides. Their values are read when they are wanted.
 */
import { SrError } from '../errors.js';
import type { PickleFunction } from './pickle.js';
import type { WeightDtype } from './types.js';

/** A storage, as the pickle names it. */
export class PthStorage {
  readonly key: string;
  readonly dtype: WeightDtype;
  /** How many elements the storage has, and where in it (a view of an old file) element 0 lies. */
  readonly length: number;
  readonly start: number;

  constructor(key: string, dtype: WeightDtype, length: number, start: number) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
    this.start = start;
  }
}

/** A tensor, as the pickle describes it; nothing of it is checked yet. */
export class PthTensor {
  readonly storage: unknown;
  readonly offset: unknown;
  readonly shape: unknown;
  readonly strides: unknown;
  readonly dtype: WeightDtype | undefined;

  constructor(storage: unknown, offset: unknown, shape: unknown, strides: unknown, dtype?: WeightDtype) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.dtype = dtype;
  }
}

/** The class of a storage or a dtype object: both only say how elements are stored. */
class ElementType {
  readonly dtype: WeightDtype;

  constructor(dtype: WeightDtype) {
    this.dtype = dtype;
  }
}

/** PyTorch's names: the class of the storage, and the dtypes. */
const elementTypes: readonly (readonly [storage: string | undefined, dtype: WeightDtype, ...names: string[]])[] = [
  ['DoubleStorage', 'f64', 'float64', 'double'],
  ['FloatStorage', 'f32', 'float32', 'float'],
  ['HalfStorage', 'f16', 'float16', 'half'],
  ['BFloat16Storage', 'bf16', 'bfloat16'],
  ['LongStorage', 'i64', 'int64', 'long'],
  ['IntStorage', 'i32', 'int32', 'int'],
  ['ShortStorage', 'i16', 'int16', 'short'],
  ['CharStorage', 'i8', 'int8'],
  ['ByteStorage', 'u8', 'uint8'],
  ['BoolStorage', 'bool', 'bool'],
  [undefined, 'u64', 'uint64'],
  [undefined, 'u32', 'uint32'],
  [undefined, 'u16', 'uint16'],
];

/** The storages of dtypes that have no class of their own count bytes. */
const byteStorage = new ElementType('u8');

/** A table for one file: what its functions do for it is counted. */
export function pthGlobals(): ReadonlyMap<string, unknown> {
  const names = new Map<string, unknown>([
    ['collections.OrderedDict', dictMaker()],
    ['collections.Counter', dictMaker()],
    ['torch.Size', (sizes => sizes) satisfies PickleFunction],
    ['torch.device', ((...parts) => parts.join(':')) satisfies PickleFunction],
    ['torch._utils._rebuild_tensor', rebuildTensor],
    ['torch._utils._rebuild_tensor_v2', rebuildTensor],
    ['torch._utils._rebuild_tensor_v3', rebuildTypedTensor],
    ['torch._utils._rebuild_parameter', (data => data) satisfies PickleFunction],
    ['torch._utils._rebuild_parameter_with_state', (data => data) satisfies PickleFunction],
    ['torch.storage.UntypedStorage', byteStorage],
    ['torch.UntypedStorage', byteStorage],
  ]);
  for (const [storage, dtype, ...dtypes] of elementTypes) {
    const type = new ElementType(dtype);
    if (storage !== undefined) names.set(`torch.${storage}`, type);
    for (const name of dtypes) names.set(`torch.${name}`, type);
  }
  return names;
}

/**
 * What a persistent id stands for: `('storage', class, key, location, length)`; in legacy files `(view key, start, length)`
 * or None follows, since a storage could be a part of another.
 */
export function pthStorage(id: unknown): PthStorage {
  if (Array.isArray(id) && id[0] === 'storage') {
    const [, type, key, , whole, view] = id as unknown[];
    const [start, length] = Array.isArray(view) ? [view[1], view[2]] : [0, whole];
    if (type instanceof ElementType && typeof key === 'string' && isSize(start) && isSize(length)) {
      return new PthStorage(key, type.dtype, length, start);
    }
  }
  throw new SrError({
    code: 'weights/unsupported',
    message:
      'The pickle in the file refers to something that is not a storage of a known type. Save only the state dict: torch.save(model.state_dict(), path).',
  });
}

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const rebuildTensor: PickleFunction = (storage, offset, shape, strides) =>
  new PthTensor(storage, offset, shape, strides);

const rebuildTypedTensor: PickleFunction = (storage, offset, shape, strides, _gradient, _hooks, type) => {
  if (type instanceof ElementType) return new PthTensor(storage, offset, shape, strides, type.dtype);
  throw new SrError({ code: 'weights/corrupt', message: 'The pickle in the file makes a tensor of no known dtype.' });
};

/** An OrderedDict: empty in Python 3's files, from a list of pairs in Python 2's, from a dict for a Counter. */
function dictMaker(): PickleFunction {
  // A few bytes can ask for the same long list again and again; a list is copied once.
  const made = new WeakSet<object>();
  return (items = []) => {
    if (items instanceof Map) return items;
    if (Array.isArray(items) && !made.has(items) && items.every(pair => Array.isArray(pair) && pair.length === 2)) {
      made.add(items);
      return new Map(items as [unknown, unknown][]);
    }
    throw new SrError({ code: 'weights/corrupt', message: 'The pickle in the file makes a dict of something else.' });
  };
}
