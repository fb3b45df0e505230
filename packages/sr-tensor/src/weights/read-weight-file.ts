import { readFile } from 'node:fs/promises';
import { SrError } from '../errors.js';
import { fileError } from './file-error.js';
import type { ReadPthOptions } from './read-pth.js';
import { readWeights } from './read-weights.js';
import type { WeightFile } from './types.js';

/**
 * Reads a weight file: safetensors, PyTorch's zip or legacy format.
 *
 * @param path a path or a `file:` URL
 * @param options see `readPth`
 * @throws `file/not-found`, `file/directory`, `file/unreadable`, and what `readWeights` throws; the message names the file
 *
 * @example
 * const { tensors } = await readWeightFile('RRDB_ESRGAN_x4.pth');
 */
export async function readWeightFile(path: string | URL, options: ReadPthOptions = {}): Promise<WeightFile> {
  const bytes = await readBytes(path);
  return namingFile(path, () => readWeights(bytes, options));
}

/** The bytes of a file. */
export async function readBytes(path: string | URL): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}

/** Does something with the content of a file; the message of an error then begins with the path. */
export function namingFile<Result>(path: string | URL, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!SrError.isInstance(cause)) throw cause;
    throw new SrError({ code: cause.code, message: `${path}: ${cause.message}`, cause });
  }
}
