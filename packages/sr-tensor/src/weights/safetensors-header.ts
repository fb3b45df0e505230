/**
 * The header of a safetensors file: 8 bytes of length (little-endian), then that many bytes of JSON
 * `{"__metadata__": {key: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}}`, then the tensor data.
 *
 * Source: the format's description (https://huggingface.co/docs/safetensors). The reader takes a file for hostile: sizes
 * are compared before anything is made of them, and the tensors must cover the data without a gap or an overlap.
 */
import { SrError } from '../errors.js';
import { elementCount, elementSizes } from './dtype.js';
import type { WeightDtype } from './types.js';

export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
  /** In the tensor data, `[begin, end)`. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensor data begins in the file. */
  readonly dataStart: number;
}

/** Room for 100,000 tensors; the reference implementation allows 100 MB, which a hostile file could fill with `[],[],`. */
const LONGEST_HEADER = 16_000_000;

/** Tensors lie in objects in the header's object; their shapes in arrays in those. */
const DEEPEST = 3;

/**
 * Reads and checks the header of a safetensors file.
 *
 * @param bytes the whole file, or so much of its beginning that the header is complete
 * @param fileLength bytes of the whole file
 * @throws `weights/corrupt` if anything in it is not as the format says, `weights/dtype` for element types that cannot
 *   be widened to float32
 */
export function readSafetensorsHeader(bytes: Uint8Array, fileLength: number = bytes.length): SafetensorsHeader {
  const length = headerLength(bytes);
  const text = decode(bytes.subarray(8, 8 + length));
  checkKeys(text);
  const header = parseObject(text);
  const dataStart = 8 + length;
  const entries: SafetensorsEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkMetadata(value);
    else entries.push(checkEntry(name, value));
  }
  checkCoverage(entries, fileLength - dataStart);
  return { entries, metadata, dataStart };
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw corrupt(`expected at least 8 bytes, received ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > LONGEST_HEADER) {
    throw corrupt(`it states a header of ${length} bytes; at most ${LONGEST_HEADER} are allowed`);
  }
  if (length > bytes.length - 8) {
    throw corrupt(`it states a header of ${length} bytes, but only ${bytes.length - 8} follow. Is the file truncated?`);
  }
  return length;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw corrupt('its header is not UTF-8', cause);
  }
}

function parseObject(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw corrupt('its header is not JSON', cause);
  }
  if (isObject(header)) return header;
  throw corrupt('its header is not a JSON object');
}

/** JSON.parse would take the last of two equal keys without a word, and room for any depth: both are refused before. */
function checkKeys(text: string): void {
  // The keys of the objects that are open; arrays, and objects without a key so far, have no set.
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '{' || character === '[') {
      if (open.push(undefined) > DEEPEST) throw corrupt('its header is nested too deeply');
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = stringEnd(text, i);
      if (isKey(text, end)) {
        const keys = open.pop() ?? new Set();
        addKey(keys, text.slice(i, end));
        open.push(keys);
      }
      i = end - 1;
    }
  }
}

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\t' || text[i] === '\r') i++;
  return text[i] === ':';
}

function addKey(keys: Set<string>, literal: string): void {
  let key: string;
  try {
    key = JSON.parse(literal);
  } catch (cause) {
    throw corrupt('its header is not JSON', cause);
  }
  if (keys.has(key)) throw corrupt(`its header names "${key}" twice`);
  keys.add(key);
}

function checkMetadata(value: unknown): Record<string, string> {
  if (isObject(value) && Object.values(value).every(text => typeof text === 'string')) {
    return value as Record<string, string>;
  }
  throw corrupt('its __metadata__ is not an object of texts');
}

function checkEntry(name: string, value: unknown): SafetensorsEntry {
  if (!isObject(value)) throw corrupt(`the entry of "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw corrupt(`the dtype of "${name}" is not a text`);
  const known = dtype.toLowerCase();
  if (!isDtype(known)) {
    throw new SrError({
      code: 'weights/dtype',
      message: `"${name.slice(0, 100)}" holds ${dtype.slice(0, 20)}, which cannot be widened to float32; readable are ${Object.keys(elementSizes).join(', ')}.`,
    });
  }
  if (!isSizes(shape)) throw corrupt(`the shape of "${name}" is not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) throw corrupt(`the data_offsets of "${name}" are not two positions`);
  const [begin, end] = offsets as [number, number];
  const size = elementCount(shape) * elementSizes[known];
  if (end - begin !== size) {
    throw corrupt(`"${name}" ${dtype} [${shape.join(', ')}] takes ${size} bytes, its offsets span ${end - begin}`);
  }
  return { name, dtype: known, shape, begin, end };
}

function checkCoverage(entries: SafetensorsEntry[], dataLength: number): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) throw corrupt(`"${name}" overlaps another tensor`);
    if (begin > position) throw corrupt(`there is a gap of ${begin - position} bytes before "${name}"`);
    if (end > dataLength) {
      throw corrupt(`"${name}" ends at byte ${end} of ${dataLength}. Is the file truncated?`);
    }
    position = end;
  }
  if (position !== dataLength) throw corrupt(`${dataLength - position} bytes after the last tensor belong to none`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(name: string): name is WeightDtype {
  return Object.hasOwn(elementSizes, name);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 0);
}

function corrupt(what: string, cause?: unknown): SrError {
  // Names and shapes in it are the file's, of any length.
  const short = what.length > 300 ? `${what.slice(0, 300)}...` : what;
  return new SrError({ code: 'weights/corrupt', message: `Not a sound safetensors file: ${short}.`, cause });
}
