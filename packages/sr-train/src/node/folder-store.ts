import * as nodeFiles from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointStore } from '../checkpoint.js';
import { diskError, type FileOperations, writeAtomically } from './atomic-file.js';

const pattern = /^step-(\d+)\.safetensors$/;

/**
 * Keeps the last two checkpoints in a folder, `step-000012000.safetensors`.
 *
 * The folder is made when the first is written. A write that is interrupted anywhere leaves what was there.
 *
 * @throws (its functions) `disk/full`, `disk/write`
 */
export function folderStore(folder: string, files: FileOperations = nodeFiles): CheckpointStore {
  const pathOf = (iteration: number): string => join(folder, `step-${String(iteration).padStart(9, '0')}.safetensors`);

  const list = async (): Promise<number[]> => {
    const names = await files.readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .map(name => pattern.exec(name)?.[1])
      .filter(step => step !== undefined)
      .map(Number)
      .sort((a, b) => b - a);
  };

  return {
    list,
    read: iteration => files.readFile(pathOf(iteration)),
    async write(iteration, bytes) {
      try {
        await files.mkdir(folder, { recursive: true });
      } catch (error) {
        throw diskError(folder, error);
      }
      await writeAtomically(pathOf(iteration), bytes, files);
      for (const old of (await list()).slice(2)) await files.rm(pathOf(old), { force: true });
    },
  };
}
