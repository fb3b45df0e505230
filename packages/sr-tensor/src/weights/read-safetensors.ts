import { widen } from './dtype.js';
import { readSafetensorsHeader } from './safetensors-header.js';
import type { WeightFile } from './types.js';

/**
 * Reads a safetensors file.
 *
 * @param bytes the whole file; not changed and not kept
 * @returns the tensors in the order of the header, each with values of its own, widened to float32
 * @throws `weights/corrupt` if anything in the header is not as the format says, `weights/dtype` for element types that
 *   cannot be widened
 *
 * @example
 * const { tensors, metadata } = readSafetensors(bytes);
 * tensors.get('body.0.weight')?.shape; // [32, 3, 3, 3]
 */
export function readSafetensors(bytes: Uint8Array): WeightFile {
  const { entries, metadata, dataStart } = readSafetensorsHeader(bytes);
  const data = bytes.subarray(dataStart);
  const tensors = new Map(
    entries.map(({ name, dtype, shape, begin, end }) => [
      name,
      { dtype, shape, data: widen(data.subarray(begin, end), dtype) },
    ]),
  );
  return { tensors, metadata };
}
