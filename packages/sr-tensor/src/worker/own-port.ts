/** Workers of both platforms, without imports of Node's that a bundle for browsers would choke on. */
import type { Port } from './port.js';

/**
 * Inside a worker: its port to the program that started it. A Web Worker's is its global scope, that of
 * node:worker_threads is `parentPort`.
 *
 * @example
 * serveWorker(ownPort(), { double: async (x: number) => 2 * x });
 */
export function ownPort(): Port {
  return threads()?.parentPort ?? (globalThis as unknown as Port);
}

/**
 * Starts a thread of Node; in browsers bundlers must see `new Worker(new URL('./worker.js', import.meta.url))`.
 *
 * @param url of the thread's program, a file
 */
export function startThread(url: URL): Port {
  const { Worker } = threads()!;
  // Threads take over the flags of the program; they do not start with the one that says what --eval was written in.
  const evaluated = process.execArgv.some(flag => flag.startsWith('--input-type'));
  return new Worker(url, evaluated ? { execArgv: [] } : {});
}

/** What is used of node:worker_threads. */
interface Threads {
  readonly parentPort: Port | null;
  readonly Worker: new (url: URL, options: { execArgv?: string[] }) => Port;
}

function threads(): Threads | undefined {
  const { process } = globalThis as unknown as { process?: { getBuiltinModule?(name: string): Threads } };
  return process?.getBuiltinModule?.('node:worker_threads');
}
