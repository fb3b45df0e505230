/** The caller's side of the protocol. */
import { abortError, SrError } from '../errors.js';
import { reviveError } from './plain-error.js';
import { listen, type Port } from './port.js';
import { enclose, type FromWorker, protocolVersion, type ToWorker, unclose } from './protocol.js';
import type { Handlers, Transfer } from './serve-worker.js';

export interface ConnectOptions {
  /** Jobs that the worker holds at a time (default 2: the next one is there when one ends); further ones wait here. */
  maxInFlight?: number;
}

export interface CallOptions {
  /** Buffers of the payload that move to the worker instead of being copied, once its turn comes. */
  transfer?: readonly Transferable[];
  signal?: AbortSignal | undefined;
  onProgress?: ((value: unknown) => void) | undefined;
}

/** What a handler gives, as the caller sees it. */
export type Result<Handler extends (...args: never[]) => unknown> =
  Awaited<ReturnType<Handler>> extends Transfer<infer Value> ? Value : Awaited<ReturnType<Handler>>;

export interface WorkerClient<Methods extends Handlers = Handlers> {
  /**
   * Runs a method in the worker.
   *
   * @throws what the handler threw, as `SrError` (`worker/failed` around any other error); `aborted`;
   *   `worker/crashed` when the worker ended, `worker/closed` after `close`, `worker/version`,
   *   `worker/payload` for a payload that cannot be cloned
   */
  call<Name extends keyof Methods & string>(
    method: Name,
    payload: Parameters<Methods[Name]>[0],
    options?: CallOptions,
  ): Promise<Result<Methods[Name]>>;
  /** False once the worker crashed or was closed: every call then rejects. */
  readonly alive: boolean;
  /** Rejects what is still waiting, then ends the worker (or closes the port). */
  close(): Promise<void>;
}

interface Job {
  readonly id: number;
  readonly message: ToWorker;
  readonly options: CallOptions;
  resolve(value: never): void;
  reject(error: unknown): void;
}

/**
 * Connects to a worker that serves with `serveWorker`.
 *
 * The worker keeps the process alive only while it has something to do.
 *
 * @param port a Web Worker, a `Worker` of node:worker_threads, or a MessagePort
 *
 * @example
 * const client = connectWorker<EnlargeWorker>(new Worker(new URL('enlarge-worker.js', import.meta.url)));
 * const big = await client.call('enlarge', picture, { transfer: [picture.data.buffer], signal });
 * await client.close();
 */
export function connectWorker<Methods extends Handlers = Handlers>(
  port: Port,
  { maxInFlight = 2 }: ConnectOptions = {},
): WorkerClient<Methods> {
  const waiting: Job[] = [];
  /** Posted and not answered; an aborted job keeps its place here until the worker has let go of it. */
  const inFlight = new Map<number, Job>();
  let nextId = 0;
  let ended: SrError | undefined;

  const stop = listen(port, {
    message(data) {
      const received = unclose<FromWorker>(data);
      if (received === undefined) return;
      if (received.version !== protocolVersion) end(versionError(received.version));
      else if (received.message.type === 'closed') end(crashed('it stopped serving'));
      else answer(received.message);
    },
    end(why, cause) {
      end(crashed(why, cause));
      // A Web Worker lives on after an uncaught error, in a state that nobody knows.
      port.terminate?.();
    },
  });
  port.unref?.();

  function answer(message: Exclude<FromWorker, { type: 'closed' }>): void {
    const job = inFlight.get(message.id);
    if (job === undefined) return;
    if (message.type === 'progress') {
      job.options.onProgress?.(message.value);
      return;
    }
    inFlight.delete(message.id);
    if (message.type === 'result') job.resolve(message.value as never);
    else job.reject(reviveError(message.error));
    postNext();
  }

  function postNext(): void {
    while (inFlight.size < maxInFlight && waiting.length > 0) {
      const job = waiting.shift()!;
      try {
        port.postMessage(enclose(job.message), (job.options.transfer ?? []) as never[]);
        inFlight.set(job.id, job);
      } catch (cause) {
        job.reject(payloadError(cause));
      }
    }
    if (inFlight.size === 0) port.unref?.();
    else port.ref?.();
  }

  /** Everything that waits is told; nothing can follow. */
  function end(error: SrError): void {
    if (ended !== undefined) return;
    ended = error;
    stop();
    port.unref?.();
    for (const job of [...inFlight.values(), ...waiting.splice(0)]) job.reject(error);
    inFlight.clear();
  }

  function call(method: string, payload: unknown, options: CallOptions = {}): Promise<never> {
    const { signal } = options;
    if (ended !== undefined) return Promise.reject(ended);
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const id = nextId++;
    return new Promise<never>((resolve, reject) => {
      const settled = (): void => signal?.removeEventListener('abort', abort);
      const job: Job = {
        id,
        message: { type: 'call', id, method, payload },
        options,
        resolve(value) {
          settled();
          resolve(value);
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      const abort = (): void => {
        const place = waiting.indexOf(job);
        if (place >= 0) waiting.splice(place, 1);
        else port.postMessage(enclose({ type: 'abort', id }), []);
        job.reject(abortError(signal!));
      };
      signal?.addEventListener('abort', abort);
      waiting.push(job);
      postNext();
    });
  }

  return {
    call: call as WorkerClient<Methods>['call'],
    get alive() {
      return ended === undefined;
    },
    async close() {
      end(new SrError({ code: 'worker/closed', message: 'The worker was closed by its owner.' }));
      if (port.terminate !== undefined) await port.terminate();
      else port.close?.();
    },
  };
}

function crashed(why: string, cause?: unknown): SrError {
  return new SrError({ code: 'worker/crashed', message: `The worker is gone: ${why}.`, cause });
}

function versionError(received: number): SrError {
  return new SrError({
    code: 'worker/version',
    message: `The worker speaks version ${received} of the protocol, this side version ${protocolVersion}; both must come from the same version of sr-tensor.`,
  });
}

function payloadError(cause: unknown): SrError {
  return new SrError({
    code: 'worker/payload',
    message: 'The payload cannot be sent to a worker: only data that structured clone takes, and no buffer twice.',
    cause,
  });
}
