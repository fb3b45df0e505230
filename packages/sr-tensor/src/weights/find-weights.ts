import { rm, stat } from 'node:fs/promises';
import { basename, delimiter, join, resolve } from 'node:path';
import { abortError, SrError } from '../errors.js';
import { weightsCacheFolder } from './cache-folder.js';
import { type DownloadOptions, download } from './download.js';
import { fileError } from './file-error.js';
import { checkHash, describeHash, type ExpectedHash, hashFile, isExpected } from './file-hash.js';
import { findKnownFile } from './known-files.js';

/** A weight file that is looked for. */
export interface WantedWeights extends ExpectedHash {
  /** Its name, or a path to it. */
  readonly fileName: string;
  /** Where it can be downloaded. */
  readonly url?: string;
  /** The same content under other names (with folders, perhaps) in the folders of SR_WEIGHTS_DIR. */
  readonly alternatives?: readonly (ExpectedHash & { readonly fileName: string })[];
}

/**
 * Finds a weight file: at its path, in the folders of SR_WEIGHTS_DIR (several separated as in PATH), in the cache folder
 * (SR_CACHE_DIR or the user's); else downloads it to the cache. Where a SHA-256 is known, the file found is checked.
 *
 * @param wanted a name of `knownFiles`, a path, or what is known of the file
 * @returns its absolute path
 * @throws `weights/unavailable` if it is nowhere and cannot be downloaded (the message says where to put it),
 *   `weights/hash` if it is not what was expected, `weights/url`, `disk-full`, `file/unwritable`, `aborted`
 *
 * @example
 * const path = await findWeights('vgg19', { onProgress: p => console.log(p.percent) });
 */
export async function findWeights(wanted: string | WantedWeights, options: DownloadOptions = {}): Promise<string> {
  const file = typeof wanted === 'string' ? (findKnownFile(wanted) ?? { fileName: wanted }) : wanted;
  const cached = join(weightsCacheFolder(), basename(file.fileName));
  try {
    for (const { path, expected } of placesOf(file)) {
      if (!(await isFile(path))) continue;
      await check(path, expected, 'Replace it, or let it be downloaded.', options.signal);
      return path;
    }
    if ((await isFile(cached)) && (await isIntact(cached, file, options.signal))) return cached;
    if (file.url === undefined) throw unavailable(file, 'It has no address to download it from');
    await download(file.url, cached, file, options);
    return cached;
  } catch (error) {
    if (options.signal?.aborted) throw abortError(options.signal);
    if (SrError.isInstance(error) && error.code === 'weights/download') throw unavailable(file, error.message, error);
    throw fileError(error, file.fileName, 'read');
  }
}

function offlineFolders(): string[] {
  return (process.env.SR_WEIGHTS_DIR ?? '')
    .split(delimiter)
    .filter(folder => folder !== '')
    .map(folder => resolve(folder));
}

/** Where people may have put the file, in the order in which it is looked for. */
function placesOf(file: WantedWeights): { path: string; expected: ExpectedHash }[] {
  const folders = offlineFolders();
  return [
    { path: resolve(file.fileName), expected: file },
    ...folders.map(folder => ({ path: join(folder, basename(file.fileName)), expected: file })),
    ...(file.alternatives ?? []).flatMap(other =>
      folders.map(folder => ({ path: join(folder, other.fileName), expected: other })),
    ),
  ];
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true;
}

async function check(path: string, expected: ExpectedHash, advice: string, signal?: AbortSignal): Promise<void> {
  if (isExpected(expected)) checkHash(await hashFile(path, signal), expected, path, advice);
}

/** The cache is ours: a damaged file in it is removed, and downloaded again if it has an address. */
async function isIntact(path: string, file: WantedWeights, signal?: AbortSignal): Promise<boolean> {
  try {
    await check(path, file, 'It was removed from the cache.', signal);
    return true;
  } catch (error) {
    if (!SrError.isInstance(error)) throw error;
    await rm(path, { force: true });
    if (file.url === undefined) throw error;
    return false;
  }
}

function unavailable(file: WantedWeights, reason: string, cause?: unknown): SrError {
  const hash = isExpected(file) ? ` (SHA-256 ${describeHash(file)})` : '';
  const source = file.url === undefined ? '' : ` It is published at ${file.url}.`;
  const folders = [...offlineFolders(), weightsCacheFolder()].join(' or ');
  return new SrError({
    code: 'weights/unavailable',
    message: `Expected the weight file ${basename(file.fileName)}${hash}, found it nowhere. ${reason.replace(/\.?$/, '.')}${source} Put it into ${folders}, or into a folder that SR_WEIGHTS_DIR names.`,
    cause,
  });
}
