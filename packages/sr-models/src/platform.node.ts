/** What differs between platforms: this is Node's side. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { abortError, SrError } from 'sr-tensor';
import type { Port } from 'sr-tensor/worker';
import { readUrl as fetchUrl } from './platform.js';
import type { WorkerSetup } from './tile-worker.js';

/** The bytes that lie at a URL or in a file. */
export async function readUrl(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  if (url.protocol !== 'file:') return fetchUrl(url, signal);
  try {
    return await readFile(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    throw new SrError({
      code: 'fetch/failed',
      message: `${url.href} could not be read: ${(cause as Error).message}.`,
      cause,
    });
  }
}

/** How many threads may compute tiles side by side. */
export function cores(): number {
  return availableParallelism();
}

/** Bytes that may be used. */
export function availableMemory(): number {
  return process.availableMemory();
}

/** Starts a thread that computes tiles. */
export function startTileWorker(setup: WorkerSetup): Port {
  // Threads take over the flags of the program; they do not start with the one that says what --eval was written in.
  const evaluated = process.execArgv.some(flag => flag.startsWith('--input-type'));
  return new Worker(new URL('./tile-worker.js', import.meta.url), {
    workerData: setup,
    ...(evaluated && { execArgv: [] }),
  });
}
