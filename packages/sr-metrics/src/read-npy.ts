import { SrError } from 'sr-tensor';

/** An array of numbers as NumPy saves it; the last axis changes fastest. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** How NumPy calls the types that are read, and how a value of each is. */
const types: Readonly<Record<string, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '|i1': { bytes: 1, read: (view, at) => view.getInt8(at) },
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|b1': { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/**
 * Reads a `.npy` file of numbers: little-endian, axes in C order, as `numpy.save` writes them by default, or Fortran's.
 *
 * @param bytes the whole file
 * @throws `npy/format` for anything else
 * @see numpy.lib.format, versions 1 to 3
 * @example
 * const { data } = readNpy(readFileSync('judge/000000.npy'));
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 12 && bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === 'NUMPY';
  if (!magic) throw invalid('a NumPy array (.npy)', `${bytes.length} bytes of something else`);
  // The length of the header has 2 bytes in version 1, else 4.
  const start = bytes[6] === 1 ? 10 : 12;
  const end = start + (bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder().decode(bytes.subarray(start, end));
  const name = /'descr': '([^']*)'/.exec(header)?.[1] ?? 'a structure';
  const type = types[name];
  const axes = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  const isFortran = /'fortran_order': (True|False)/.exec(header)?.[1] === 'True';
  if (type === undefined || axes === undefined) {
    throw invalid(`an array of ${Object.keys(types).join(', ')}`, header.trim() || name);
  }
  const shape = axes
    .split(',')
    .filter(axis => axis.trim() !== '')
    .map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length < end + count * type.bytes) {
    throw invalid(`${count * type.bytes} bytes of data`, `${Math.max(bytes.length - end, 0)}: the file is cut off`);
  }
  const data = Float64Array.from({ length: count }, (_, i) => type.read(view, end + i * type.bytes));
  return { shape, data: isFortran ? lastAxisFastest(data, shape) : data };
}

/** Fortran's order has the first axis fastest. */
function lastAxisFastest(data: Float64Array, shape: readonly number[]): Float64Array {
  return data.map((_, i) => {
    let [rest, from] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = shape.slice(0, axis).reduce((product, size) => product * size, 1);
      from += (rest % shape[axis]!) * step;
      rest = Math.floor(rest / shape[axis]!);
    }
    return data[from]!;
  });
}

function invalid(expected: string, received: string): SrError {
  return new SrError({ code: 'npy/format', message: `readNpy: expected ${expected}, received ${received}.` });
}
