import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SrError } from 'sr-tensor';
import { fileError } from './errors.js';
import { hasPictureExtension, readableFormats } from './picture-format.js';

/**
 * The pictures in a folder and the folders below it, by their extension, sorted by path.
 *
 * Other files and names that begin with a dot are left out quietly; links are followed.
 *
 * @param path a folder, or a file: it is returned alone, whatever its extension
 * @throws `picture/not-found` if there is no such path, `picture/none-found` if a folder holds no picture,
 *   `picture/unreadable` without permission
 *
 * @example
 * for (const path of await findPictures('photos')) console.log(path);
 */
export async function findPictures(path: string): Promise<string[]> {
  if (!(await statOf(path)).isDirectory()) return [path];
  const found: string[] = [];
  await collect(path, found, new Set());
  if (found.length === 0) {
    throw new SrError({
      code: 'picture/none-found',
      message: `${path}: expected a folder with pictures, ${readableFormats}, received one without.`,
    });
  }
  return found.sort();
}

/** @param seen real paths of the folders above and before, so that a circle of links ends */
async function collect(folder: string, found: string[], seen: Set<string>): Promise<void> {
  const real = await realpath(folder);
  if (seen.has(real)) return;
  seen.add(real);
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (kind.isDirectory()) await collect(path, found, seen);
    else if (kind.isFile() && hasPictureExtension(entry.name)) found.push(path);
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError(folder, error);
  }
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    throw fileError(path, error);
  }
}
