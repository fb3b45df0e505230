/** A style in a worker, so that a page stays free while it paints. */
import { checkPicture, type Picture } from 'sr-tensor';
import type { BackendName, BackendReport } from 'sr-tensor/backend';
import { backendPool, type Port } from 'sr-tensor/worker';
import { startStyleWorker } from '#start-worker';
import type { StyleSource } from './load-style.js';
import type { StylizeOptions } from './stylize.js';
import type { StyleWorker, WorkerSetup } from './worker.js';

export interface LoadStylizerOptions {
  /** Default `auto`: the best of this machine. */
  readonly backend?: 'auto' | BackendName;
  /** Browsers only, see `selectBackend`: the folder with the `.wasm` files, for pages that no bundler made. */
  readonly wasmPath?: string;
  /** Starts a worker that runs `style-transfer/worker`, for programs whose bundler does not see its file. */
  readonly startWorker?: () => Port | Promise<Port>;
}

/** Paints photos in one style. */
export interface Stylizer {
  /** Where it paints; another one once a device was lost and the next call has begun. */
  readonly backend: BackendReport;

  /**
   * Paints a photo, as the function `stylize`; calls are queued.
   *
   * @throws as that, and `worker/crashed` or `backend/lost`: the next call starts a fresh worker then, on the next backend
   *   down if that was a GPU's
   */
  stylize(photo: Picture, options?: StylizeOptions): Promise<Picture>;

  /** Ends the worker. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Loads a style into a worker of its own; this thread needs no backend.
 *
 * @param source as for `loadStyle`
 * @throws as `loadStyle` and `selectBackend`, and `worker/crashed` where no worker could be started
 * @example
 * import waves from 'sr-weights/style-waves';
 *
 * const stylizer = await loadStylizer(waves);
 * const painted = await stylizer.stylize(photo, { strength: 0.8, signal });
 * stylizer.dispose();
 */
export async function loadStylizer(
  source: StyleSource,
  { backend = 'auto', wasmPath, startWorker = startStyleWorker }: LoadStylizerOptions = {},
): Promise<Stylizer> {
  const pool = backendPool<StyleWorker, WorkerSetup>({
    create: startWorker,
    setup: async () => ({ source: 'url' in source ? { ...source, url: String(source.url) } : source }),
    // A worker has another base than the page.
    backend: { backend, ...(wasmPath !== undefined && { wasmPath: new URL(wasmPath, document.baseURI).href }) },
  });
  await pool.backend();
  const dispose = (): void => void pool.dispose();
  return {
    get backend() {
      return pool.report!;
    },
    async stylize(photo, { signal, onProgress, ...options } = {}) {
      checkPicture(photo, 'stylize');
      return pool.call('stylize', { photo, options }, { signal, onProgress: onProgress as (value: unknown) => void });
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
