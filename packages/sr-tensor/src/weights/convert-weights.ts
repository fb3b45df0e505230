import { readCard } from './card.js';
import type { ReadPthOptions } from './read-pth.js';
import { readWeightFile } from './read-weight-file.js';
import { writeWeightFile } from './write-weight-file.js';

export interface ConvertWeightsOptions extends ReadPthOptions {
  /** How every value is stored. Default `f32`. */
  dtype?: 'f32' | 'f16';
}

/**
 * Rewrites a weight file of any format as safetensors; metadata and model card go along, with the hash of the new data.
 *
 * @param from the file to read
 * @param to the file to write, whole or not at all
 * @throws what `readWeightFile`, `readCard` and `writeWeightFile` throw
 *
 * @example
 * await convertWeights('RRDB_ESRGAN_x4.pth', 'rrdbnet-x4.safetensors', { dtype: 'f16' });
 */
export async function convertWeights(
  from: string,
  to: string,
  { dtype = 'f32', ...options }: ConvertWeightsOptions = {},
): Promise<void> {
  const file = await readWeightFile(from, options);
  const card = readCard(file);
  await writeWeightFile(to, file.tensors, { dtype, metadata: file.metadata, ...(card && { card }) });
}
