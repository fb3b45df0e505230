import { type Port, startThread } from 'sr-tensor/worker';

/** Starts a thread that paints, in Node. */
export function startStyleWorker(): Port {
  return startThread(new URL('./worker.js', import.meta.url));
}
