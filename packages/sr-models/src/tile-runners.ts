/** Where tiles are computed: in this thread, or shared out over several. */
import { getBackend } from '@tensorflow/tfjs-core';
import type { Model } from 'sr-tensor';
import type { BackendName } from 'sr-tensor/backend';
import { type Port, type WorkerPool, workerPool } from 'sr-tensor/worker';
import { onEngine } from './engine-queue.js';
import { enlargeTile } from './enlarge-tile.js';
import type { TileWorker, WorkerSetup } from './tile-worker.js';
import type { Lanes, TileRunner } from './upscaler.js';

/** Runs tiles in this thread, on the backend that is the current one now. */
export function localRunner(model: Model): TileRunner {
  const engine = getBackend();
  const lanes: Lanes = { count: 1, run: tile => enlargeTile(model, tile, { engine }) };
  return { lanes: () => lanes, dispose() {} };
}

export interface PoolOptions {
  readonly backend: BackendName;
  /** How many threads at most. */
  readonly workers: number;
  readonly startWorker: (setup: WorkerSetup) => Port | Promise<Port>;
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

  const create = async (): Promise<Port> => {
    weights ??= onEngine(() => model.parameters.toWeights());
    const { name, config } = model.network;
    return startWorker({ network: { name, config }, weights: await weights, backend });
  };

  return {
    lanes(total) {
      const count = Math.min(workers, pool === undefined ? Math.floor(total / 2) : total);
      if (count < 2) return local.lanes(total);
      pool ??= workerPool<TileWorker>(create, workers);
      const { call } = pool;
      return {
        count,
        run: (tile, signal) => call('enlarge', tile, { transfer: [tile.window.data.buffer as ArrayBuffer], signal }),
      };
    },
    dispose() {
      void pool?.dispose();
    },
  };
}
