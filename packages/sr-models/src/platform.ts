/** What differs between platforms: this is the browser's side. */
import type { Port } from 'sr-tensor/worker';
import type { Compile } from './tile-runners.js';

/** How many workers may compute tiles side by side. */
export function cores(): number {
  return navigator.hardwareConcurrency ?? 1;
}

/** Bytes that may be used. */
export function availableMemory(): number {
  // Browsers tell the memory of the machine at most (in GiB, 8 at most); a page gets a part of it.
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return Math.min(gigabytes / 4, mostGigabytes) * 2 ** 30;
}

/** A tab that may use no more enlarges photos of 12 megapixels (benchmarks/web-memory.ts). */
const mostGigabytes = 1;

/** Makes a network faster to apply. */
export const compile: Compile | undefined = undefined;

/** Whether tiles are shared out over workers without being asked for: pages of some bundlers have none. */
export const sharesTiles = false;

/** Starts a worker that computes tiles; in this form bundlers see its file. */
export function startTileWorker(): Port {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }) as Port;
}
