import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileError } from './file-error.js';

/**
 * Writes a file so that its path holds either what was there before or all of `bytes`, whatever happens meanwhile:
 * a temporary file in the same folder is written, flushed to the disk and renamed. It is removed on failure.
 *
 * @throws `disk-full`, `file/unwritable`, `file/not-found` (no such folder), `file/directory`
 */
export async function writeFileAtomic(path: string | URL, bytes: Uint8Array): Promise<void> {
  const target = path instanceof URL ? fileURLToPath(path) : path;
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await refuseDirectory(target);
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(error, target, 'write');
  }
}

/** Makes a rename in this folder outlast a power failure, where the system lets folders be flushed. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows has no such thing; the rename itself is done.
  }
}

/** Renaming onto an empty folder would fail with a code that differs from system to system. */
async function refuseDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
}
