import { SrError } from '../errors.js';
import type { DownloadOptions } from './download.js';
import { findWeights } from './find-weights.js';
import { findKnownFile, type KnownFile, knownFiles } from './known-files.js';

/** A known file, and where it lies now. */
export interface FetchedWeights extends KnownFile {
  readonly path: string;
}

/**
 * Makes sure that published weight files are on this machine, downloading one after the other what is not. Of `'all'`
 * every file is tried before those that failed are reported.
 *
 * @param names of `knownFiles` (or their file names), or all of them that can be downloaded
 * @throws `weights/unknown` that lists the names there are, and what `findWeights` throws
 *
 * @example
 * for (const { name, path } of await fetchKnownWeights(['vgg19', 'alexnet'])) console.log(name, path);
 */
export async function fetchKnownWeights(
  names: readonly string[] | 'all',
  options: DownloadOptions = {},
): Promise<FetchedWeights[]> {
  const fetched: FetchedWeights[] = [];
  const files = names === 'all' ? knownFiles.filter(({ url }) => url !== undefined) : names.map(known);
  const failed: string[] = [];
  let first: SrError | undefined;
  for (const file of files) {
    try {
      fetched.push({ ...file, path: await findWeights(file, options) });
    } catch (error) {
      // Of all files, one that cannot be had does not keep the others away.
      if (names !== 'all' || options.signal?.aborted || !SrError.isInstance(error)) throw error;
      failed.push(file.name);
      first ??= error;
    }
  }
  if (first === undefined) return fetched;
  throw new SrError({
    code: first.code,
    message: `${fetched.length} of ${files.length} files are here; ${failed.join(', ')} could not be had. The first: ${first.message}`,
    cause: first,
  });
}

function known(name: string): KnownFile {
  const file = findKnownFile(name);
  if (file !== undefined) return file;
  throw new SrError({
    code: 'weights/unknown',
    message: `There is no known weight file "${name}"; there are ${knownFiles.map(each => each.name).join(', ')}.`,
  });
}
