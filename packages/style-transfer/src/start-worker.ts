import type { Port } from 'sr-tensor/worker';

/** Starts a worker that paints, in browsers; in this form bundlers see its file. */
export function startStyleWorker(): Port {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }) as Port;
}
