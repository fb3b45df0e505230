import { SrError } from '../errors.js';
import { type ReadPthOptions, readPth } from './read-pth.js';
import { readSafetensors } from './read-safetensors.js';
import type { WeightFile } from './types.js';

/**
 * Reads a weight file of any format that the project knows: safetensors, PyTorch's zip and legacy formats.
 *
 * @param bytes the whole file; not changed and not kept
 * @param options see `readPth`; safetensors files have no use for them
 * @throws `weights/format` if it is none of them, else what `readSafetensors` and `readPth` throw
 *
 * @example
 * const { tensors } = readWeights(new Uint8Array(await (await fetch(url)).arrayBuffer()));
 */
export function readWeights(bytes: Uint8Array, options: ReadPthOptions = {}): WeightFile {
  return weightFormat(bytes) === 'safetensors' ? readSafetensors(bytes) : readPth(bytes, options);
}

/**
 * The format of a weight file, from its first bytes.
 *
 * @throws `weights/format`, with a guess at what the file is instead
 */
export function weightFormat(bytes: Uint8Array): 'safetensors' | 'pth-zip' | 'pth-legacy' {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'pth-zip';
  // A pickle of protocol 2 or above begins with the opcode PROTO; safetensors with a length and, after 8 bytes, "{".
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5 && bytes[8] !== 0x7b) return 'pth-legacy';
  if (bytes[8] === 0x7b) return 'safetensors';
  throw new SrError({
    code: 'weights/format',
    message: `Expected a weight file (safetensors or PyTorch .pth), received ${guess(bytes)}.`,
  });
}

function guess(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer: fetch the file itself with git lfs pull';
  if (start.startsWith('<')) return 'a web page: the download may have been an error page';
  return `${bytes.length} bytes of something else`;
}
