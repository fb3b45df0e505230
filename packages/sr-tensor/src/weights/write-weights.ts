import { SrError } from '../errors.js';
import { readCard } from './card.js';
import { readSafetensorsHeader } from './safetensors-header.js';
import { sha256 } from './sha256.js';
import { type WritableTensor, type WriteSafetensorsOptions, writeSafetensors } from './write-safetensors.js';

/**
 * Writes a safetensors file as `writeSafetensors` does and puts the SHA-256 of the tensor data into its model card.
 *
 * @example
 * const bytes = await writeWeights(await parameters.toWeights(), { card, dtype: 'f16' });
 */
export async function writeWeights(
  tensors: ReadonlyMap<string, WritableTensor>,
  options: WriteSafetensorsOptions = {},
): Promise<Uint8Array> {
  const bytes = writeSafetensors(tensors, options);
  if (options.card === undefined) return bytes;
  return writeSafetensors(tensors, { ...options, card: { ...options.card, sha256: await hashTensorData(bytes) } });
}

/** The SHA-256 of the tensor data of a safetensors file, which is all that follows its header. */
export async function hashTensorData(bytes: Uint8Array): Promise<string> {
  return sha256(bytes.subarray(readSafetensorsHeader(bytes).dataStart));
}

/**
 * Checks the tensor data of a safetensors file against the SHA-256 in its model card.
 *
 * @throws `weights/hash` if they differ, `weights/card` if the file has no card or the card no hash
 */
export async function verifyCard(bytes: Uint8Array): Promise<void> {
  const expected = readCard(readSafetensorsHeader(bytes))?.sha256;
  if (expected === undefined) {
    throw new SrError({ code: 'weights/card', message: 'Expected a model card with a SHA-256, received none.' });
  }
  const received = await hashTensorData(bytes);
  if (received === expected) return;
  throw new SrError({
    code: 'weights/hash',
    message: `The tensor data have the SHA-256 ${received}, the model card states ${expected}. The file was changed or damaged.`,
  });
}
