import { SrError } from '../errors.js';

/** What Node says of a file that could not be read or written, as an error with a code and a way out. */
export function fileError(cause: unknown, path: string | URL, doing: 'read' | 'write'): SrError {
  if (SrError.isInstance(cause)) return cause;
  const reason = (cause as NodeJS.ErrnoException | null)?.code ?? String(cause);
  const [code, message] = describe(reason, path, doing);
  return new SrError({ code, message, cause });
}

function describe(reason: string, path: string | URL, doing: 'read' | 'write'): [code: string, message: string] {
  switch (reason) {
    case 'ENOENT':
      return doing === 'read'
        ? ['file/not-found', `There is no file ${path}.`]
        : ['file/not-found', `Cannot write ${path}: its folder does not exist.`];
    case 'EISDIR':
      return ['file/directory', `Expected a file, received the folder ${path}.`];
    case 'ENOSPC':
    case 'EDQUOT':
      return ['disk-full', `Cannot write ${path}: the disk is full.`];
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return [
        doing === 'read' ? 'file/unreadable' : 'file/unwritable',
        `Cannot ${doing} ${path}: not permitted (${reason}).`,
      ];
    case 'ERR_FS_FILE_TOO_LARGE':
      return ['file/too-large', `Cannot read ${path}: it is larger than 2 GiB.`];
    default:
      return [doing === 'read' ? 'file/unreadable' : 'file/unwritable', `Cannot ${doing} ${path} (${reason}).`];
  }
}
