/**
 * PyTorch's files (`torch.save`): a pickle that describes tensors, and the bytes of their storages.
 *
 * - zip (since 1.6): `NAME/data.pkl`, `NAME/data/KEY` a storage, `NAME/byteorder`
 * - legacy: four pickles (magic number, protocol, system, the object), a list of keys, then for each its length (8 bytes)
 *   and its elements
 *
 * Source: `torch/serialization.py`, functions `_save`, `_legacy_save`, `_legacy_load`.
 */
import { type Unzipped, unzipSync } from 'fflate';
import { SrError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { elementCount, elementSizes, swapBytes, widen } from './dtype.js';
import { unpickle } from './pickle.js';
import { isSize, PthStorage, PthTensor, pthGlobals, pthStorage } from './pth-globals.js';
import type { WeightDtype, WeightFile, WeightTensor } from './types.js';

export interface ReadPthOptions {
  /**
   * The key of the state dict in a checkpoint that holds more than one thing, `params_ema` for instance. Default: the
   * file itself if it is a state dict, else the first of `params_ema`, `params`, `state_dict`, `model`.
   */
  which?: string;
}

/** Where published checkpoints keep the weights that are meant to be used. */
const customaryKeys = ['params_ema', 'params', 'state_dict', 'model'];

/** The first pickle of a legacy file (`MAGIC_NUMBER`), and the second (`PROTOCOL_VERSION`). */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/** torch.save stores without compression, other tools may deflate; weights hardly get smaller by it. */
const MOST_EXPANSION = 4;

/** Strides of 0 or shared storages can make many elements of few: this many a byte of the file are enough. */
const MOST_ELEMENTS_PER_BYTE = 2;

/** As many axes as PyTorch's own operations allow. */
const MOST_AXES = 64;

/**
 * Reads the state dict in a PyTorch file, zip or legacy format. The pickle is parsed against an allow-list; nothing in it
 * is executed.
 *
 * @param bytes the whole file; not changed and not kept
 * @returns the tensors in the order of the state dict, contiguous (strides, offsets and shared storages are resolved),
 *   widened to float32; entries that are not tensors are left out
 * @throws `weights/unsafe` if the pickle asks for anything but tensors and plain containers (the message names it),
 *   `weights/corrupt` if the file is not sound, `weights/unsupported` for what cannot be read, `weights/too-large` if it
 *   would expand beyond reason, `weights/which` if it holds no state dict under that key
 *
 * @example
 * const { tensors } = readPth(bytes, { which: 'params_ema' });
 */
export function readPth(bytes: Uint8Array, { which }: ReadPthOptions = {}): WeightFile {
  const archive = bytes[0] === 0x50 && bytes[1] === 0x4b ? openZip(bytes) : openLegacy(bytes);
  const tensors = new Map<string, WeightTensor>();
  let budget = bytes.length * MOST_ELEMENTS_PER_BYTE;
  for (const [name, tensor] of stateDict(archive.root, which)) {
    const layout = checkTensor(name, tensor);
    budget -= layout.elements;
    if (budget < 0) throw tooLarge('its tensors have far more elements than the file has bytes');
    tensors.set(name, readTensor(name, layout, archive));
  }
  return { tensors, metadata: {} };
}

interface Archive {
  readonly root: unknown;
  readonly storages: ReadonlyMap<string, Uint8Array>;
  readonly bigEndian: boolean;
}

function openZip(bytes: Uint8Array): Archive {
  const files = unzip(bytes);
  const pickles = Object.keys(files).filter(name => name.endsWith('/data.pkl'));
  if (pickles.length !== 1) {
    throw corrupt(
      `expected a zip file with one NAME/data.pkl, as torch.save writes it, received ${pickles.length} of them`,
    );
  }
  const folder = pickles[0]!.slice(0, -'data.pkl'.length);
  const order = files[`${folder}byteorder`];
  const byteOrder = order === undefined ? 'little' : new TextDecoder().decode(order.subarray(0, 16));
  if (byteOrder !== 'little' && byteOrder !== 'big') throw corrupt(`its byte order is "${byteOrder}"`);
  const { value: root } = unpickle(files[pickles[0]!]!, { globals: pthGlobals(), persistent: pthStorage });
  const storages = new Map<string, Uint8Array>();
  for (const [name, data] of Object.entries(files)) {
    if (name.startsWith(`${folder}data/`)) storages.set(name.slice(folder.length + 'data/'.length), data);
  }
  return { root, storages, bigEndian: byteOrder === 'big' };
}

/** The parts of a zip file that matter here, as long as they stay within a small multiple of the file. */
function unzip(bytes: Uint8Array): Unzipped {
  let entries = 0;
  let expanded = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        // An entry of the directory takes at least 46 bytes: more entries than that would be read beyond the end.
        entries++;
        if (entries > bytes.length / 46) throw corrupt('its zip directory has more entries than there is room for');
        if (!/^[^/]+\/(data\.pkl|byteorder|data\/\d+)$/.test(name)) return false;
        expanded += Math.max(size, originalSize);
        if (expanded > bytes.length * MOST_EXPANSION) throw tooLarge('it would expand to far more than its size');
        return true;
      },
    });
  } catch (cause) {
    if (SrError.isInstance(cause)) throw cause;
    throw corrupt('its zip directory cannot be read. Is it truncated?', cause);
  }
}

function openLegacy(bytes: Uint8Array): Archive {
  let position = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(bytes, { start: position, globals: pthGlobals(), persistent: pthStorage });
    position = end;
    return value;
  };
  if (next() !== LEGACY_MAGIC) throw corrupt('expected the magic number of torch.save in the first pickle');
  const protocol = next();
  if (protocol !== LEGACY_PROTOCOL) throw unsupported(`protocol ${String(protocol).slice(0, 20)} of torch.save`);
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw unsupported('a legacy file that was not written by a little-endian machine');
  }
  const lengths = new Map<string, number>();
  const { value: root, end } = unpickle(bytes, {
    start: position,
    globals: pthGlobals(),
    persistent: id => {
      const storage = pthStorage(id);
      lengths.set(storage.key, elementSizes[storage.dtype]);
      return storage;
    },
  });
  position = end;
  const keys = next();
  if (!Array.isArray(keys)) throw corrupt('expected a list of storages after the pickle');
  const reader = new ByteReader(bytes, position);
  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const elementSize = lengths.get(key);
    if (elementSize === undefined) throw corrupt('it holds a storage that belongs to no tensor');
    storages.set(key, reader.bytes(reader.uint64() * elementSize));
  }
  return { root, storages, bigEndian: false };
}

/** The tensors of the state dict that is asked for, or of the one that is customary. */
function stateDict(root: unknown, which: string | undefined): [string, PthTensor][] {
  const inside = (key: string): unknown => (root instanceof Map ? root.get(key) : undefined);
  const candidates = which === undefined ? [root, ...customaryKeys.map(inside)] : [inside(which)];
  for (const candidate of candidates) {
    const tensors = tensorsOf(candidate);
    if (tensors.length > 0) return tensors;
  }
  const place = which === undefined ? 'at its top' : `under "${which}"`;
  const keys = keysWithTensors(root);
  const hint = keys.length > 0 ? ` Tensors are under ${keys.join(', ')}: choose one by "which".` : '';
  throw new SrError({ code: 'weights/which', message: `The file holds no state dict ${place}.${hint}` });
}

/** For the message: a few, since a hostile file may have a great many. */
function keysWithTensors(root: unknown): string[] {
  if (!(root instanceof Map)) return [];
  const keys = [...root.keys()].filter(key => typeof key === 'string' && key.length < 80).slice(0, 20);
  return keys.filter(key => tensorsOf(root.get(key)).length > 0);
}

function tensorsOf(dict: unknown): [string, PthTensor][] {
  if (!(dict instanceof Map)) return [];
  return [...dict].filter(
    (entry): entry is [string, PthTensor] => typeof entry[0] === 'string' && entry[1] instanceof PthTensor,
  );
}

interface TensorLayout {
  readonly storage: PthStorage;
  readonly dtype: WeightDtype;
  /** In elements, from the start of the storage's bytes. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly elements: number;
}

function checkTensor(name: string, tensor: PthTensor): TensorLayout {
  const { storage, offset, shape, strides } = tensor;
  if (!(storage instanceof PthStorage)) throw corrupt(`"${name}" has no storage`);
  if (!isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
    throw corrupt(`the offset, sizes or strides of "${name}" are not counts`);
  }
  const elements = elementCount(shape);
  const last = offset + shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis]!, 0);
  const dtype = tensor.dtype ?? storage.dtype;
  const room = (storage.length * elementSizes[storage.dtype]) / elementSizes[dtype];
  if (elements === Number.POSITIVE_INFINITY || (elements > 0 && last >= room)) {
    throw corrupt(`"${name}" [${shape.join(', ')}] reaches beyond the ${storage.length} elements of its storage`);
  }
  return { storage, dtype, offset: storage.start + offset, shape, strides, elements };
}

function readTensor(name: string, layout: TensorLayout, { storages, bigEndian }: Archive): WeightTensor {
  const { storage, dtype, shape } = layout;
  const bytes = storages.get(storage.key);
  const elementSize = elementSizes[dtype];
  const needed = storage.start * elementSizes[storage.dtype] + storage.length * elementSizes[storage.dtype];
  if (bytes === undefined || bytes.length < needed) {
    throw corrupt(
      `the storage of "${name}" has ${bytes?.length ?? 0} bytes, expected ${needed}. Is the file truncated?`,
    );
  }
  const elements = gather(bytes, layout, elementSize);
  return { dtype, shape, data: widen(bigEndian ? swapBytes(elements, elementSize) : elements, dtype) };
}

/** The bytes of the elements in the order of the axes. */
function gather(bytes: Uint8Array, { offset, shape, strides, elements }: TensorLayout, size: number): Uint8Array {
  if (isContiguous(shape, strides)) return bytes.subarray(offset * size, (offset + elements) * size);
  const gathered = new Uint8Array(elements * size);
  const index = shape.map(() => 0);
  let from = offset * size;
  for (let to = 0; to < gathered.length; to += size) {
    for (let i = 0; i < size; i++) gathered[to + i] = bytes[from + i]!;
    // One further along the last axis that is not at its end; those after it start again.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]! * size;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]! * size;
      index[axis] = 0;
    }
  }
  return gathered;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && value.every(isSize);
}

function corrupt(what: string, cause?: unknown): SrError {
  // Names in it are the file's, of any length.
  const short = what.length > 300 ? `${what.slice(0, 300)}...` : what;
  return new SrError({ code: 'weights/corrupt', message: `Not a sound PyTorch file: ${short}.`, cause });
}

function unsupported(what: string): SrError {
  return new SrError({
    code: 'weights/unsupported',
    message: `Cannot read ${what}. Load it in PyTorch and save it again: torch.save(model.state_dict(), path).`,
  });
}

function tooLarge(what: string): SrError {
  return new SrError({ code: 'weights/too-large', message: `The PyTorch file was refused: ${what}.` });
}
