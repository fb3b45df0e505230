import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where downloaded weight files are kept: `weights` in SR_CACHE_DIR or in the user's cache folder. */
export function weightsCacheFolder(): string {
  const folder = process.env.SR_CACHE_DIR || envPaths('perceptual-super-resolution', { suffix: '' }).cache;
  return join(resolve(folder), 'weights');
}
