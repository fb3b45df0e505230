import { abortError, SrError } from '../errors.js';
import { type CallOptions, type ConnectOptions, connectWorker, type WorkerClient } from './connect-worker.js';
import type { Port } from './port.js';
import type { Handlers } from './serve-worker.js';

export interface PoolOptions<Methods extends Handlers = Handlers> extends ConnectOptions {
  /** Makes each fresh worker ready, before its first job; where it fails the job fails and the worker is ended. */
  prepare?: (client: WorkerClient<Methods>) => Promise<void>;
}

export interface WorkerPool<Methods extends Handlers = Handlers> {
  /** How many workers there are at most. */
  readonly size: number;
  /** Runs a method in the least busy worker; see `WorkerClient.call`. */
  call: WorkerClient<Methods>['call'];
  /** Starts a worker where there is none yet; throws what that throws. */
  start(): Promise<void>;
  /** Rejects what is still waiting (`worker/closed`) and ends all workers. */
  dispose(): Promise<void>;
}

interface Seat {
  client: Promise<WorkerClient> | undefined;
  jobs: number;
}

interface Job {
  start(seat: Seat): Promise<void>;
  reject(error: SrError): void;
}

/**
 * Shares out jobs over up to `size` equal workers.
 *
 * Workers are started when there is work for them. The jobs that a crashing worker holds reject with
 * `worker/crashed`; a new one takes its place at the next job.
 *
 * @param create starts a worker
 * @param size how many workers there are at most; a function where only the first of them can tell
 * @param maxInFlight jobs that a worker holds at a time, default 2
 *
 * @example
 * const pool = workerPool<EnlargeWorker>(() => new Worker(url), availableParallelism());
 * const pictures = await Promise.all(tiles.map(tile => pool.call('enlarge', tile)));
 * await pool.dispose();
 */
export function workerPool<Methods extends Handlers = Handlers>(
  create: () => Port | Promise<Port>,
  size: number | (() => number),
  { maxInFlight = 2, prepare }: PoolOptions<Methods> = {},
): WorkerPool<Methods> {
  const most = typeof size === 'function' ? size : () => size;
  const seats: Seat[] = [];
  const waiting: Job[] = [];
  let disposed = false;

  function startNext(): void {
    while (waiting.length > 0) {
      const seat = freeSeat();
      if (seat.jobs >= maxInFlight) return;
      seat.jobs++;
      void waiting
        .shift()!
        .start(seat)
        .finally(() => {
          seat.jobs--;
          startNext();
        });
    }
  }

  /** The least busy one, or a new one instead of one that is busy. */
  function freeSeat(): Seat {
    const best = seats.reduce<Seat | undefined>(
      (best, seat) => (best && best.jobs <= seat.jobs ? best : seat),
      undefined,
    );
    if (best !== undefined && (best.jobs === 0 || seats.length >= most())) return best;
    const seat: Seat = { client: undefined, jobs: 0 };
    seats.push(seat);
    return seat;
  }

  /** The worker of a seat: the living one, or a new one. */
  async function clientOf(seat: Seat): Promise<WorkerClient> {
    const present = seat.client;
    if (present !== undefined && (await present.catch(() => undefined))?.alive) return present;
    if (disposed) throw closed();
    // Only the first of several jobs that found it dead replaces it.
    if (seat.client === present) seat.client = start();
    return seat.client!;
  }

  async function start(): Promise<WorkerClient> {
    const client = connectWorker<Methods>(await create(), { maxInFlight });
    try {
      await prepare?.(client);
    } catch (error) {
      await client.close();
      throw error;
    }
    return client as unknown as WorkerClient;
  }

  function call(method: string, payload: unknown, options: CallOptions = {}): Promise<never> {
    const { signal } = options;
    if (disposed) return Promise.reject(closed());
    if (signal?.aborted) return Promise.reject(abortError(signal));
    return new Promise<never>((resolve, reject) => {
      const abort = (): void => {
        waiting.splice(waiting.indexOf(job), 1);
        reject(abortError(signal!));
      };
      const job: Job = {
        async start(seat) {
          signal?.removeEventListener('abort', abort);
          try {
            const client = await clientOf(seat);
            resolve((await client.call(method, payload, options)) as never);
          } catch (error) {
            reject(error);
          }
        },
        reject(error) {
          signal?.removeEventListener('abort', abort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort);
      waiting.push(job);
      startNext();
    });
  }

  return {
    get size() {
      return most();
    },
    call: call as WorkerPool<Methods>['call'],
    async start() {
      await clientOf(freeSeat());
    },
    async dispose() {
      disposed = true;
      for (const job of waiting.splice(0)) job.reject(closed());
      const clients = await Promise.allSettled(seats.map(seat => seat.client));
      await Promise.all(clients.map(client => (client.status === 'fulfilled' ? client.value?.close() : undefined)));
    },
  };
}

function closed(): SrError {
  return new SrError({ code: 'worker/closed', message: 'The pool of workers was disposed.' });
}
