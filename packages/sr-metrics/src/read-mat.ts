/**
 * Numbers from MATLAB files of version 5 to 7 (MathWorks, "MAT-File Format", chapter 1), compressed or not.
 *
 * Files come from elsewhere: every length is checked against what is there, and what expands to more than
 * `MOST_EXPANDED` bytes is refused. Anything but real matrices of numbers is skipped.
 */
import { Unzlib } from 'fflate';
import { SrError } from 'sr-tensor';

/** A matrix as MATLAB stores it: column by column. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Far more than any table of parameters needs. */
const MOST_EXPANDED = 2 ** 26;

const HEADER = 128;
const MATRIX = 14;
const COMPRESSED = 15;

/** The classes of numbers, double to uint64: table 1-3. */
const isNumberClass = (type: number): boolean => type >= 6 && type <= 15;

/** How values of each data type are read: table 1-1. */
const types: Readonly<Record<number, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  4: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  6: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  7: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  9: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * The real matrices of numbers in a `.mat` file, by name.
 *
 * @param bytes the whole file
 * @throws `mat/format` for anything else, or a damaged file
 */
export function readMat(bytes: Uint8Array): Map<string, Matrix> {
  // Version 0x0100, and "MI" as a little-endian machine writes it.
  if (bytes.length < HEADER || bytes[125] !== 1 || bytes[126] !== 0x49 || bytes[127] !== 0x4d) {
    throw invalid('a little-endian MATLAB file of version 5 to 7 (saved without -v7.3)');
  }
  const matrices = new Map<string, Matrix>();
  let expanded = 0;
  for (const element of elements(bytes.subarray(HEADER))) {
    let { type, data } = element;
    if (type === COMPRESSED) {
      const inner = inflate(data, MOST_EXPANDED - expanded);
      expanded += inner.length;
      [{ type, data } = { type: 0, data }] = elements(inner);
    }
    if (type === MATRIX) addMatrix(data, matrices);
  }
  return matrices;
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Tag and data, one after the other; each begins at a multiple of eight. */
function* elements(bytes: Uint8Array): Generator<Element> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const tag = view.getUint32(at, true);
    // Up to four bytes lie in the tag itself, whose upper half then says how many.
    const isSmall = tag >>> 16 > 0;
    const type = isSmall ? tag & 0xffff : tag;
    const length = isSmall ? tag >>> 16 : view.getUint32(at + 4, true);
    const from = isSmall ? at + 4 : at + 8;
    if (length > (isSmall ? 4 : bytes.length - from)) throw invalid('elements that end inside the file');
    yield { type, data: bytes.subarray(from, from + length) };
    at = isSmall ? at + 8 : from + (type === COMPRESSED ? length : Math.ceil(length / 8) * 8);
  }
}

/** Array flags, dimensions, name, values: table 1-6. */
function addMatrix(bytes: Uint8Array, matrices: Map<string, Matrix>): void {
  const [flags, dimensions, name, values] = elements(bytes);
  if (flags === undefined || flags.data.length < 2 || !isNumberClass(flags.data[0]!)) return;
  const isComplex = (flags.data[1]! & 8) > 0;
  const sizes = dimensions && numbers(dimensions);
  if (isComplex || sizes?.length !== 2 || name === undefined || values === undefined) return;
  const [rows, columns] = [sizes[0]!, sizes[1]!];
  const data = numbers(values);
  if (!(rows >= 0 && columns >= 0) || data.length !== rows * columns) throw invalid('as many values as a matrix has');
  matrices.set(new TextDecoder().decode(name.data), { rows, columns, data });
}

function numbers({ type, data }: Element): Float64Array {
  const format = types[type];
  if (format === undefined) throw invalid('values of 8 to 32 bits or doubles');
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Float64Array.from({ length: Math.floor(data.length / format.bytes) }, (_, i) =>
    format.read(view, i * format.bytes),
  );
}

/** Expands in small steps, so that nothing much is held when it turns out to be too much. */
function inflate(bytes: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Unzlib(part => {
    parts.push(part);
    length += part.length;
    if (length > most) throw invalid(`matrices of at most ${MOST_EXPANDED} bytes`);
  });
  const step = 1 << 14;
  try {
    for (let at = 0; at < bytes.length; at += step) {
      stream.push(bytes.subarray(at, at + step), at + step >= bytes.length);
    }
  } catch (cause) {
    if (SrError.isInstance(cause)) throw cause;
    throw invalid('sound compressed data', cause);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function invalid(expected: string, cause?: unknown): SrError {
  return new SrError({ code: 'mat/format', message: `readMat: expected ${expected}, received something else.`, cause });
}
