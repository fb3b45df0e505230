import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SrError } from 'sr-tensor';
import { diskError } from './atomic-file.js';

/**
 * Makes a folder and claims it for a training of this process: two at once would overwrite each other's checkpoints.
 *
 * The claim is the file `training.pid`. One whose process is no longer there (killed, or the machine restarted) does
 * not count.
 *
 * @returns what gives the folder back
 * @throws `train/running` if another process trains there, `disk/full`, `disk/write`
 */
export async function claimFolder(out: string): Promise<() => Promise<void>> {
  const path = join(out, 'training.pid');
  const claim = (): Promise<void> => writeFile(path, `${process.pid}\n`, { flag: 'wx' });
  try {
    await mkdir(out, { recursive: true });
    await claim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(path, error);
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isAlive(owner)) {
      throw new SrError({
        code: 'train/running',
        message: `${out}: the process ${owner} trains there. Wait for it, stop it, or choose another folder (if it is no training, remove ${path}).`,
      });
    }
    await rm(path, { force: true });
    await claim();
  }
  return () => rm(path, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
