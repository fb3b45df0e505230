import { bfloatToFloat, halfToFloat } from './half.js';
import type { WeightDtype } from './types.js';

/** Bytes an element of each type. */
export const elementSizes: Readonly<Record<WeightDtype, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u64: 8,
  u32: 4,
  u16: 2,
  u8: 1,
  bool: 1,
};

/** How many elements a tensor of this shape has; Infinity if sizes multiply to more than 2^53, even before a 0. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) {
    if (count * size > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY;
    count *= size;
  }
  return count;
}

/**
 * Elements as they lie in a file (little-endian, any alignment) as float32 values of their own.
 *
 * Types of more than 24 significant bits are rounded to the nearest float32.
 *
 * @param bytes a whole number of elements; not changed
 */
export function widen(bytes: Uint8Array, dtype: WeightDtype): Float32Array {
  // A copy is aligned, and owned by the result (Buffer.slice would make none). Every machine that runs tfjs is
  // little-endian, as tfjs itself assumes.
  if (dtype === 'f32') return new Float32Array(new Uint8Array(bytes).buffer);
  if (dtype === 'i8') return Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  if (dtype === 'u8') return Float32Array.from(bytes);
  if (dtype === 'bool') return Float32Array.from(bytes, byte => (byte === 0 ? 0 : 1));
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case 'f64':
      return Float32Array.from(new Float64Array(buffer));
    case 'f16':
      return halfToFloat(new Uint16Array(buffer));
    case 'bf16':
      return bfloatToFloat(new Uint16Array(buffer));
    case 'i64':
      return joinWords(new Uint32Array(buffer), new Int32Array(buffer));
    case 'u64':
      return joinWords(new Uint32Array(buffer), new Uint32Array(buffer));
    case 'i32':
      return Float32Array.from(new Int32Array(buffer));
    case 'u32':
      return Float32Array.from(new Uint32Array(buffer));
    case 'i16':
      return Float32Array.from(new Int16Array(buffer));
    case 'u16':
      return Float32Array.from(new Uint16Array(buffer));
  }
}

/** The elements with their bytes in the opposite order. */
export function swapBytes(bytes: Uint8Array, elementSize: number): Uint8Array {
  const swapped = new Uint8Array(bytes);
  for (let i = 0; i < swapped.length; i += elementSize) swapped.subarray(i, i + elementSize).reverse();
  return swapped;
}

/** 64-bit integers from their lower words and (signed or not) upper words. */
function joinWords(low: Uint32Array, high: Int32Array | Uint32Array): Float32Array {
  const values = new Float32Array(low.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = high[2 * i + 1]! * 2 ** 32 + low[2 * i]!;
  return values;
}
