import * as nodeFiles from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SrError } from 'sr-tensor';

/** The operations on files that saving needs. */
export type FileOperations = Pick<typeof nodeFiles, 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm'>;

/**
 * Writes a file so that at any moment the whole old or the whole new content lies under its name: into a second file,
 * to the disk, then renamed.
 *
 * @throws `disk/full` or `disk/write`; what was there before is untouched
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string,
  files: FileOperations = nodeFiles,
): Promise<void> {
  const temporary = `${path}.partial`;
  try {
    const file = await files.open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
    await syncFolder(dirname(path), files);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(path, error);
  }
}

/** The error for a file that could not be written. */
export function diskError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SrError({
      code: 'disk/full',
      message: `No space is left to write ${basename(path)} into ${dirname(path)}. What was saved before is intact: make room and resume.`,
      cause: error,
    });
  }
  return new SrError({ code: 'disk/write', message: `${path} cannot be written: ${message}`, cause: error });
}

/** Makes a rename durable. Where folders cannot be opened (Windows) the system sees to it. */
async function syncFolder(path: string, files: FileOperations): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await files.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
