import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fullValue, type Picture, SrError, throwIfAborted } from 'sr-tensor';
import type { SkippedPicture } from '../batch.js';
import { writeAtomically, writeError } from './atomic-file.js';
import { findPictures } from './find-pictures.js';
import { checkBroken } from './picture-folder.js';
import { readPicture } from './read-picture.js';

export type MeanColor = [red: number, green: number, blue: number];

export interface MeanColorOptions {
  /** A folder in which the result is kept: it is computed again only if the pictures have changed. Default none. */
  cache?: string;
  signal?: AbortSignal;
  /** Called after each picture. */
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * The mean colour of all pixels of a data set, by which networks centre their inputs.
 *
 * Every pixel counts the same, whatever the size of its picture; grey counts as three equal colours, alpha is left out. Each
 * picture is read once and let go; what cannot be read is left out, as in training.
 *
 * @param data folders or files of pictures; folders are searched with all below them
 * @returns red, green, blue in [0, 1]
 * @throws `data/broken` if more than a tenth cannot be read, what `findPictures` throws, `picture/unwritable` and
 *   `disk/full` for the cache, `aborted`
 * @example
 * const mean = await meanColor('photos'); // of DIV2K: [0.4488, 0.4371, 0.4040]
 */
export async function meanColor(
  data: string | readonly string[],
  { cache, signal, onProgress }: MeanColorOptions = {},
): Promise<MeanColor> {
  const folders = typeof data === 'string' ? [data] : data;
  const paths = (await Promise.all(folders.map(findPictures))).flat();
  const kept = cache === undefined ? undefined : join(cache, await nameOf(paths));
  const known = kept && (await readKept(kept));
  if (known) return known;
  const sums: MeanColor = [0, 0, 0];
  const broken: SkippedPicture[] = [];
  let pixels = 0;
  for (const [i, path] of paths.entries()) {
    throwIfAborted(signal);
    try {
      const picture = await readPicture(path, signal ? { signal } : {});
      for (const [c, sum] of sumsOf(picture).entries()) sums[c]! += sum;
      pixels += picture.width * picture.height;
    } catch (error) {
      throwIfAborted(signal);
      if (!SrError.isInstance(error)) throw error;
      broken.push({ path, kind: 'broken', reason: error.message });
      checkBroken(broken, paths.length);
    }
    onProgress?.({ done: i + 1, total: paths.length });
  }
  const mean = sums.map(sum => sum / pixels) as MeanColor;
  if (kept) await keep(cache!, kept, mean);
  return mean;
}

/** The sums of red, green and blue, in [0, 1] each. */
function sumsOf(picture: Picture): MeanColor {
  const { data, channels } = picture;
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const sums: MeanColor = [0, 0, 0];
  for (let at = 0; at < data.length; at += channels) {
    sums[0] += data[at]!;
    sums[1] += data[at + green]!;
    sums[2] += data[at + blue]!;
  }
  const factor = 1 / fullValue(picture);
  return sums.map(sum => sum * factor) as MeanColor;
}

/** A name that changes with the pictures. */
async function nameOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`${resolve(path)} ${size} ${mtimeMs}\n`);
  }
  return `mean-${hash.digest('hex').slice(0, 32)}.json`;
}

async function readKept(path: string): Promise<MeanColor | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function keep(folder: string, path: string, mean: MeanColor): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(error => {
    throw writeError(folder, error);
  });
  await writeAtomically(path, temporary => writeFile(temporary, JSON.stringify(mean)));
}
