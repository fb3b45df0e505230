/** Upscalers from weights: choice of backend, size of tiles, threads. */
import { getBackend } from '@tensorflow/tfjs-core';
import { type Model, type Network, SrError } from 'sr-tensor';
import { type BackendName, selectBackend } from 'sr-tensor/backend';
import type { WeightFile } from 'sr-tensor/weights';
import type { Port } from 'sr-tensor/worker';
import { availableMemory, compile, cores, startTileWorker } from '#platform';
import { networkNames } from './build-network.js';
import { type LoadedModel, loadModel, type WeightModule } from './load-model.js';
import { tileSideFor } from './tile-memory.js';
import { type Compile, localRunner, pooledRunner } from './tile-runners.js';
import type { WorkerSetup } from './tile-worker.js';
import { createUpscaler, type TileRunner, type Upscaler } from './upscaler.js';

export interface LoadUpscalerOptions {
  /** Default `auto`: the best of this machine; for a `Model`: the one that is current. */
  readonly backend?: 'auto' | BackendName | undefined;
  /** Threads of the native backend; default: as many as cores. */
  readonly threads?: number | undefined;
  /** Largest side of a tile in pixels of the input, overlaps included; default: 384, or what free memory allows. */
  readonly tile?: number | undefined;
  /**
   * Threads that tiles are shared out over, on wasm and cpu in Node; default: as many as cores. 0 or 1: this thread
   * only.
   */
  readonly workers?: number | undefined;
  /** Starts a thread that runs `sr-models/tile-worker`, for programs whose bundler moves it. */
  readonly startWorker?: ((setup: WorkerSetup) => Port | Promise<Port>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where an upscaler's network can come from. */
export type UpscalerSource = WeightModule | Uint8Array | WeightFile | Model;

/**
 * Loads a network and makes it ready to enlarge pictures.
 *
 * @param source a module of `sr-weights`, the bytes or content of a safetensors file with a model card, or a model
 *   (which stays the caller's to dispose); the function of this name in `sr-models/node` takes paths as well
 * @returns an upscaler; dispose it to free the weights and end its threads
 * @throws as `loadModel` and `selectBackend`
 * @example
 * import small from 'sr-weights/x4-small';
 * const upscaler = await loadUpscaler(small);
 * const big = await upscaler.upscale(photo);
 * upscaler.dispose();
 */
export async function loadUpscaler(source: UpscalerSource, options: LoadUpscalerOptions = {}): Promise<Upscaler> {
  const given = 'parameters' in source;
  const backend = await selectBackend({
    backend: options.backend ?? (given ? currentBackend() : 'auto'),
    ...(options.threads !== undefined && { threads: options.threads }),
  });
  const model: Model & Partial<LoadedModel> = given ? source : await loadModel(source, options);
  const { network, card } = model;
  // The parameters of a model that was given may change.
  const runner = runnerOf(model, backend.backend, { ...options, compile: given ? undefined : compile });
  return createUpscaler({
    network,
    card,
    backend,
    defaultTile: options.tile ?? defaultTile(network, options.workers ?? cores()),
    runner: given ? runner : owning(model, runner),
  });
}

function runnerOf(
  model: Model,
  backend: BackendName,
  options: LoadUpscalerOptions & { compile: Compile | undefined },
): TileRunner {
  const startWorker = options.startWorker ?? startTileWorker;
  const workers = options.workers ?? cores();
  if (!Number.isInteger(workers) || workers < 0) {
    throw new SrError({ code: 'option/invalid', message: `workers: expected an integer >= 0, received ${workers}.` });
  }
  const shareable = oneThreaded.has(backend) && networkNames.includes(model.network.name);
  if (workers < 2 || !shareable || startWorker === undefined) return localRunner(model, options);
  return pooledRunner(model, { backend, workers, startWorker });
}

/** Backends that use one core of a program in Node, so that threads of ours help. */
const oneThreaded: ReadonlySet<BackendName> = new Set(['wasm', 'cpu']);

/** The runner, whose end is the end of the model's parameters too. */
function owning(model: Model, runner: TileRunner): TileRunner {
  return {
    lanes: runner.lanes,
    dispose() {
      runner.dispose();
      model.parameters.dispose();
    },
  };
}

/**
 * From about here on a pixel of a tile takes the same time whatever the side (compact network, wasm and native:
 * benchmarks/tiles.mjs), and little of the tile is overlap; larger ones only make progress coarser.
 */
const usualTile = 384;

/** The share of the available memory that the tiles in work may take. */
const memoryShare = 1 / 4;

/** The usual tile, or what memory allows when as many are in work as there are threads. */
function defaultTile(network: Network, workers: number): number {
  const side = tileSideFor(network, (availableMemory() * memoryShare) / Math.max(workers, 1));
  return Math.min(usualTile, Math.max(side, 64));
}

function currentBackend(): BackendName {
  const name = getBackend();
  return name === 'tensorflow' ? 'native' : (name as BackendName);
}
