/** What differs between platforms: this is the browser's side. */
import type { Port } from 'sr-tensor/worker';
import type { Compile } from './tile-runners.js';
import type { WorkerSetup } from './tile-worker.js';

/** How many threads may compute tiles side by side. */
export function cores(): number {
  return 1;
}

/** Bytes that may be used. */
export function availableMemory(): number {
  // Browsers tell the memory of the machine at most (in GiB, 8 at most); a page gets a part of it.
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return (gigabytes * 2 ** 30) / 4;
}

/** Makes a network faster to apply. */
export const compile: Compile | undefined = undefined;

/** Starts a thread that computes tiles. */
export const startTileWorker: ((setup: WorkerSetup) => Port) | undefined = undefined;
