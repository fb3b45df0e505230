/** Workers that compute on a backend of their own. */
import type { BackendName, BackendReport, SelectBackendOptions } from '../backend/types.js';
import { SrError } from '../errors.js';
import type { CallOptions, WorkerClient } from './connect-worker.js';
import type { Port } from './port.js';
import type { Handlers } from './serve-worker.js';
import { type WorkerPool, workerPool } from './worker-pool.js';

/** What `start` of a worker gets: for `selectBackend`, and whatever its methods need. */
export interface BackendSetup {
  readonly backend: SelectBackendOptions;
}

/** Methods of a worker that chooses its backend in `start`. */
export type BackendWorker<Setup extends BackendSetup> = Handlers & { start(setup: Setup): Promise<BackendReport> };

export interface BackendPoolOptions<Setup extends BackendSetup> {
  /** Starts a worker. */
  readonly create: () => Port | Promise<Port>;
  /** What `start` gets beside the backend; asked for each worker. */
  readonly setup: () => Promise<Omit<Setup, 'backend'>>;
  /** For `selectBackend`; default: the best of this machine. */
  readonly backend?: SelectBackendOptions | undefined;
  /** How many workers there are at most where the backend uses one core each (wasm, cpu). Default 1. */
  readonly workers?: number | undefined;
}

export interface BackendPool<Methods extends Handlers> {
  /** Where the next job is computed; starts the first worker. */
  backend(): Promise<BackendReport>;
  /** Where was computed last; undefined before the first worker has started. */
  readonly report: BackendReport | undefined;
  /** How many workers there are at most, as far as is known by now. */
  readonly size: number;
  /** Runs a method in the least busy worker; see `WorkerClient.call`. */
  call: WorkerClient<Methods>['call'];
  /** Rejects what is still waiting (`worker/closed`) and ends all workers. */
  dispose(): Promise<void>;
}

/**
 * Workers that compute on a backend of their own: one on a GPU, several on wasm or cpu.
 *
 * A worker that crashes, or whose device is lost, rejects the jobs it holds. The next job starts a fresh one, on the next
 * backend down where that was a GPU's.
 *
 * @example
 * type Painter = { start(setup: BackendSetup): Promise<BackendReport>; paint(photo: Picture): Promise<Picture> };
 * const pool = backendPool<Painter, BackendSetup>({ create: () => new Worker(url), setup: async () => ({}) });
 * const { backend } = await pool.backend();
 * const painted = await pool.call('paint', photo, { signal });
 * await pool.dispose();
 */
export function backendPool<Methods extends BackendWorker<Setup>, Setup extends BackendSetup>(
  options: BackendPoolOptions<Setup>,
): BackendPool<Methods> {
  const failed: BackendName[] = [];
  let current = startGeneration<Methods, Setup>(options, failed);
  let before: BackendReport | undefined;

  async function call(method: string, payload: unknown, callOptions?: CallOptions): Promise<never> {
    const generation = current;
    try {
      return (await generation.pool.call(method, payload as never, callOptions)) as never;
    } catch (error) {
      const backend = generation.report?.backend;
      if (generation === current && isLoss(error) && backend !== undefined && !oneThreaded.has(backend)) {
        generation.failure = error;
        failed.push(backend);
        before = generation.report;
        current = startGeneration(options, failed);
        void generation.pool.dispose();
      }
      // Jobs that were waiting in the pool are told why it was given up.
      throw generation.failure ?? error;
    }
  }

  return {
    async backend() {
      const generation = current;
      await generation.pool.start();
      return generation.report!;
    },
    get report() {
      return current.report ?? before;
    },
    get size() {
      return current.pool.size;
    },
    call: call as BackendPool<Methods>['call'],
    dispose: () => current.pool.dispose(),
  };
}

/** Workers on the same backend. */
interface Generation<Methods extends Handlers> {
  readonly pool: WorkerPool<Methods>;
  /** Known as soon as the first worker has started. */
  report: BackendReport | undefined;
  /** Why it was given up. */
  failure: unknown;
}

function startGeneration<Methods extends BackendWorker<Setup>, Setup extends BackendSetup>(
  { create, setup, backend = {}, workers = 1 }: BackendPoolOptions<Setup>,
  except: readonly BackendName[],
): Generation<Methods> {
  const choice = except.length === 0 ? backend : { ...backend, backend: 'auto' as const, except: [...except] };
  const size = (): number => (oneThreaded.has(generation.report?.backend) ? workers : 1);
  const generation: Generation<Methods> = {
    pool: workerPool<Methods>(create, size, {
      async prepare(client) {
        // The second worker takes what the first one found.
        const taken = generation.report === undefined ? choice : { ...choice, backend: generation.report.backend };
        const report = await client.call('start', { ...(await setup()), backend: taken } as never);
        generation.report ??= report as BackendReport;
      },
    }),
    report: undefined,
    failure: undefined,
  };
  return generation;
}

/** Backends of which a worker each helps: they use one core. A fresh worker of them is as good as the first. */
const oneThreaded: ReadonlySet<BackendName | undefined> = new Set<BackendName>(['wasm', 'cpu']);

function isLoss(error: unknown): boolean {
  return SrError.isInstance(error) && (error.code === 'worker/crashed' || error.code === 'backend/lost');
}
