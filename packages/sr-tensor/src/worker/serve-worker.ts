/** The worker's side of the protocol. */
import { abortError, SrError } from '../errors.js';
import { toPlainError } from './plain-error.js';
import { listen, type Port } from './port.js';
import { enclose, type FromWorker, protocolVersion, type ToWorker, unclose } from './protocol.js';

export interface HandlerContext {
  /** Aborted when the caller gives up; look at it between pieces of work, after an `await` that lets messages in. */
  readonly signal: AbortSignal;
  /** Sends something to the caller's `onProgress`. */
  readonly onProgress: (value: unknown) => void;
}

/** What a worker can do, by name. Only data goes in and out (structured clone), never functions. */
// biome-ignore lint/suspicious/noExplicitAny: each handler names its own payload; "never" would hide it from callers.
export type Handlers = Record<string, (payload: any, context: HandlerContext) => unknown>;

/** A result some of whose buffers move to the caller instead of being copied. */
export class Transfer<Value> {
  readonly value: Value;
  readonly list: readonly Transferable[];

  constructor(value: Value, list: readonly Transferable[]) {
    this.value = value;
    this.list = list;
  }
}

/**
 * Lets the caller on the other side of `port` run `handlers`.
 *
 * Jobs run one after the other: all of them share tfjs's one engine.
 *
 * @param port `parentPort` of node:worker_threads, `self` of a Web Worker, or a MessagePort
 * @returns `close` tells the caller that nothing more will be done, so that none of its jobs waits for ever
 *
 * @example
 * // enlarge-worker.ts
 * const handlers = {
 *   async enlarge(picture: Picture, { signal, onProgress }: HandlerContext) {
 *     const big = await upscaler.upscale(picture, { signal, onProgress });
 *     return new Transfer(big, [big.data.buffer]);
 *   },
 * };
 * export type EnlargeWorker = typeof handlers;
 * serveWorker(parentPort!, handlers);
 */
export function serveWorker(port: Port, handlers: Handlers): { close(): void } {
  const jobs = new Map<number, AbortController>();
  let queue: Promise<void> = Promise.resolve();
  const post = (message: FromWorker, transfer: readonly Transferable[] = []): void =>
    port.postMessage(enclose(message), transfer as never[]);

  const stop = listen(port, {
    message(data) {
      const received = unclose<ToWorker>(data);
      if (received === undefined) return;
      const { version, message } = received;
      if (message.type === 'abort') jobs.get(message.id)?.abort();
      else if (version !== protocolVersion) post({ type: 'error', id: message.id, error: versionError(version) });
      else {
        const controller = new AbortController();
        jobs.set(message.id, controller);
        queue = queue.then(() => run(message, controller.signal));
      }
    },
    // The caller is gone: nobody waits for what is still running.
    end() {
      for (const controller of jobs.values()) controller.abort();
    },
  });

  async function run({ id, method, payload }: ToWorker & { type: 'call' }, signal: AbortSignal): Promise<void> {
    try {
      if (signal.aborted) throw abortError(signal);
      if (!Object.hasOwn(handlers, method)) throw unknownMethod(method, handlers);
      const onProgress = (value: unknown): void => post({ type: 'progress', id, value });
      const result = await handlers[method]!(payload, { signal, onProgress });
      if (result instanceof Transfer) post({ type: 'result', id, value: result.value }, result.list);
      else post({ type: 'result', id, value: result });
    } catch (error) {
      post({ type: 'error', id, error: toPlainError(error) });
    } finally {
      jobs.delete(id);
    }
  }

  return {
    close() {
      stop();
      for (const controller of jobs.values()) controller.abort();
      post({ type: 'closed' });
      port.close?.();
    },
  };
}

function unknownMethod(method: string, handlers: Handlers): SrError {
  return new SrError({
    code: 'worker/unknown-method',
    message: `The worker has no method "${method}"; it has ${Object.keys(handlers).join(', ')}.`,
  });
}

function versionError(received: number): ReturnType<typeof toPlainError> {
  return toPlainError(
    new SrError({
      code: 'worker/version',
      message: `The worker speaks version ${protocolVersion} of the protocol, its caller version ${received}.`,
    }),
  );
}
