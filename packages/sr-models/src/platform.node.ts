/** What differs between platforms: this is Node's side. */
import { availableParallelism } from 'node:os';
import { type Port, startThread } from 'sr-tensor/worker';
import type { Compile } from './tile-runners.js';

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

/** Whether tiles are shared out over workers without being asked for. */
export const sharesTiles = true;

/** Starts a thread that computes tiles. */
export function startTileWorker(): Port {
  return startThread(new URL('./worker.js', import.meta.url));
}
