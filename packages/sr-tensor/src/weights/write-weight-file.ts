import { writeFileAtomic } from './write-file-atomic.js';
import type { WritableTensor, WriteSafetensorsOptions } from './write-safetensors.js';
import { writeWeights } from './write-weights.js';

/**
 * Writes a safetensors file, whole or not at all; a model card gets the SHA-256 of the tensor data.
 *
 * @param path a path or a `file:` URL in a folder that exists
 * @throws what `writeSafetensors` and `writeFileAtomic` throw
 *
 * @example
 * await writeWeightFile('x4-small.safetensors', await parameters.toWeights(), { card, dtype: 'f16' });
 */
export async function writeWeightFile(
  path: string | URL,
  tensors: ReadonlyMap<string, WritableTensor>,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  await writeFileAtomic(path, await writeWeights(tensors, options));
}
