import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SrError } from 'sr-tensor';

/**
 * Writes a file so that it is there whole or not at all: into a temporary file of the same folder, then renamed.
 *
 * @param write fills the file at the path that it gets; whatever it throws, nothing is left behind
 * @throws `picture/unwritable` (no such folder, no permission, a folder in its place), `disk/full`, and what `write`
 *   throws
 */
export async function writeAtomically(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = await claimTemporary(path);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    throw writeError(path, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Makes an empty, hidden file beside `path`, so that before any work it is known whether `path` can be written.
 *
 * @returns its path, which no other process uses
 */
export async function claimTemporary(path: string): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const present = await stat(path).catch(() => undefined);
    if (present?.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    await (await open(temporary, 'wx')).close();
    return temporary;
  } catch (error) {
    throw writeError(path, error);
  }
}

/** The typed error for a failure to write `path`; typed errors stay as they are. */
export function writeError(path: string, error: unknown): unknown {
  if (SrError.isInstance(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // sharp gives the system's words instead of its code.
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|quota exceeded/i.test(message)) {
    return new SrError({
      code: 'disk/full',
      message: `${path} cannot be written: no space is left on the disk. Nothing was left behind.`,
      cause: error,
    });
  }
  const reasons: Record<string, string> = {
    ENOENT: `there is no folder ${dirname(path)}`,
    ENOTDIR: `there is no folder ${dirname(path)}`,
    EISDIR: 'a folder has this name',
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'the disk is read-only',
    ENAMETOOLONG: 'the name is too long',
  };
  const reason = reasons[code ?? ''] ?? message.trim().split('\n').at(-1);
  return new SrError({
    code: 'picture/unwritable',
    message: `${path} cannot be written: ${reason}.`,
    cause: error,
  });
}
