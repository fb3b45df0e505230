/** Where tiles are computed: in this thread, or shared out over several. */
import { getBackend, setBackend } from '@tensorflow/tfjs-core';
import type { Model } from 'sr-tensor';
import type { BackendName } from 'sr-tensor/backend';
import { type BackendPool, type Port, type WorkerClient, type WorkerPool, workerPool } from 'sr-tensor/worker';
import { onEngine } from './engine-queue.js';
import { type Apply, enlargeTile } from './enlarge-tile.js';
import type { TileWorker } from './serve-tiles.js';
import type { Lanes, TileRunner } from './upscaler.js';

/** A network with parameters that no longer change, in a form that is applied faster. */
export interface CompiledNetwork extends Apply {
  dispose(): void;
}

/** Compiles a network for the current backend; undefined where that has no faster form of it. */
export type Compile = (model: Model) => Promise<CompiledNetwork | undefined>;

/**
 * Runs tiles in this thread, on the backend that is the current one now.
 *
 * @param options.compile is called before the first tile
 */
export function localRunner(model: Model, { compile }: { compile?: Compile | undefined } = {}): TileRunner {
  const engine = getBackend();
  let compiled: Promise<CompiledNetwork | undefined> | undefined;
  const lanes: Lanes = {
    count: 1,
    async run(tile) {
      compiled ??= onEngine(async () => {
        if (getBackend() !== engine) await setBackend(engine);
        return compile?.(model);
      });
      return enlargeTile(model, tile, { engine, apply: await compiled });
    },
  };
  return {
    lanes: () => lanes,
    dispose() {
      void compiled?.then(network => network?.dispose());
    },
  };
}

export interface PoolOptions {
  readonly backend: BackendName;
  /** How many threads at most. */
  readonly workers: number;
  readonly startWorker: () => Port | Promise<Port>;
}

/**
 * Shares tiles out over threads, each with its own engine and its own copy of the weights.
 *
 * A thread takes about as long to start as two tiles take to compute: until there are threads, only so many are started
 * that each gets two, and a picture too small for two threads is computed in this one.
 */
export function pooledRunner(model: Model, { backend, workers, startWorker }: PoolOptions): TileRunner {
  const local = localRunner(model);
  let weights: ReturnType<Model['parameters']['toWeights']> | undefined;
  let pool: WorkerPool<TileWorker> | undefined;

  const { name, config } = model.network;
  const prepare = async (client: WorkerClient<TileWorker>): Promise<void> => {
    weights ??= onEngine(() => model.parameters.toWeights());
    await client.call('start', { network: { name, config }, weights: await weights, backend: { backend } });
  };

  return {
    lanes(total) {
      const count = Math.min(workers, pool === undefined ? Math.floor(total / 2) : total);
      if (count < 2) return local.lanes(total);
      pool ??= workerPool<TileWorker>(startWorker, workers, { prepare });
      return lanesOf(pool, count);
    },
    dispose() {
      void pool?.dispose();
    },
  };
}

/** Runs all tiles in workers: this thread computes nothing and needs no backend. */
export function workerRunner(pool: BackendPool<TileWorker>): TileRunner {
  return {
    lanes: total => lanesOf(pool, Math.max(Math.min(pool.size, total), 1)),
    dispose() {
      void pool.dispose();
    },
  };
}

/** Tiles move to a worker and their results back, without being copied. */
function lanesOf({ call }: Pick<WorkerPool<TileWorker>, 'call'>, count: number): Lanes {
  return {
    count,
    run: (tile, signal) => call('enlarge', tile, { transfer: [tile.window.data.buffer as ArrayBuffer], signal }),
  };
}
