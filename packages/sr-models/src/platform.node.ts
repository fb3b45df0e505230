/** What differs between platforms: this is Node's side. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Port } from 'sr-tensor/worker';
import type { Compile } from './tile-runners.js';
import type { WorkerSetup } from './tile-worker.js';

/** How many threads may compute tiles side by side. */
export function cores(): number {
  return availableParallelism();
}

/** Bytes that may be used. */
export function availableMemory(): number {
  return process.availableMemory();
}

/** Makes a network a function of native TensorFlow, on that backend. */
export const compile: Compile = async model => {
  const { nativeFunction } = await import('./export/native-function.js');
  return nativeFunction(model);
};

/** Starts a thread that computes tiles. */
export function startTileWorker(setup: WorkerSetup): Port {
  // Threads take over the flags of the program; they do not start with the one that says what --eval was written in.
  const evaluated = process.execArgv.some(flag => flag.startsWith('--input-type'));
  return new Worker(new URL('./tile-worker.js', import.meta.url), {
    workerData: setup,
    ...(evaluated && { execArgv: [] }),
  });
}
