/** Upscalers that the elements of a page share: loaded for the first picture, let go of some time after the last. */
import { SrError } from 'sr-tensor';
import type { WeightModule } from '../load-model.js';
import { type LoadUpscalerOptions, loadUpscaler } from '../load-upscaler.js';
import type { Upscaler } from '../upscaler.js';

export interface SharedUpscaler {
  readonly upscaler: Upscaler;
  /** Whether it computes in workers; otherwise in the page, as no worker could be started. */
  readonly inWorker: boolean;
}

/** Does something with the upscaler of a model, in turn. */
export type UseUpscaler = <T>(model: WeightModule, work: (shared: SharedUpscaler) => Promise<T>) => Promise<T>;

/** Milliseconds for which an upscaler waits for another picture. */
const patience = 10_000;

/** Pictures of one model are enlarged one after the other, each by all of its workers. */
export function sharedUpscalers(options: LoadUpscalerOptions): UseUpscaler {
  const loaded = new Map<WeightModule, Loaded>();
  return async (model, work) => {
    let entry = loaded.get(model);
    if (entry === undefined) {
      entry = { shared: load(model, options), users: 0, queue: Promise.resolve(), timer: undefined };
      loaded.set(model, entry);
    }
    const { shared } = entry;
    clearTimeout(entry.timer);
    entry.users++;
    const turn = entry.queue.then(async () => work(await shared));
    entry.queue = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      if (--entry.users === 0) {
        const forget = (): void => {
          loaded.delete(model);
          void shared.then(({ upscaler }) => upscaler.dispose());
        };
        entry.timer = setTimeout(forget, patience);
        // What could not be loaded is tried again.
        shared.catch(() => {
          clearTimeout(entry.timer);
          loaded.delete(model);
        });
      }
    }
  };
}

interface Loaded {
  readonly shared: Promise<SharedUpscaler>;
  users: number;
  queue: Promise<unknown>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

async function load(model: WeightModule, options: LoadUpscalerOptions): Promise<SharedUpscaler> {
  try {
    return { upscaler: await loadUpscaler(model, { ...options, worker: true }), inWorker: true };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    console.warn(
      `sr-image: no worker could be started, so the page computes itself and answers late meanwhile (${(error as Error).message}).`,
    );
    return { upscaler: await loadUpscaler(model, options), inWorker: false };
  }
}

/** A policy that forbids a worker throws at once in some browsers; in others it looks like one that failed. */
function isRefusal(error: unknown): boolean {
  return (SrError.isInstance(error) && error.code === 'worker/crashed') || (error as Error).name === 'SecurityError';
}
