import { SrError } from 'sr-tensor';

/** The error for a path that the system refuses to open or read. */
export function fileError(path: string, error: unknown): SrError {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, readonly [code: string, reason: string]> = {
    ENOENT: ['picture/not-found', 'there is no such file'],
    ENOTDIR: ['picture/not-found', 'there is no such file'],
    EISDIR: ['picture/unreadable', 'expected a file, received a folder'],
    EACCES: ['picture/unreadable', 'no permission'],
    EPERM: ['picture/unreadable', 'no permission'],
  };
  const [errorCode, reason] = known[code ?? ''] ?? ['picture/unreadable', message];
  return new SrError({ code: errorCode, message: `${path} cannot be read: ${reason}.`, cause: error });
}
