import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { PatchOptions } from './node/patch-maker.js';

/** Starts a thread that builds batches; undefined where the program was not built. */
export function startBatchWorker(options: PatchOptions): Worker | undefined {
  const url = new URL('./batch-worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(url))) return undefined;
  // Threads take over the flags of the program; they do not start with the one that says what --eval was written in.
  const evaluated = process.execArgv.some(flag => flag.startsWith('--input-type'));
  return new Worker(url, { workerData: options, ...(evaluated && { execArgv: [] }) });
}
