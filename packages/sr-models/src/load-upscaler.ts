/** Upscalers from weights: choice of backend, size of tiles, threads. */
import { getBackend } from '@tensorflow/tfjs-core';
import { type Model, type Network, SrError } from 'sr-tensor';
import { type BackendName, type BackendReport, type SelectBackendOptions, selectBackend } from 'sr-tensor/backend';
import type { WeightFile } from 'sr-tensor/weights';
import { backendPool, type Port } from 'sr-tensor/worker';
import { availableMemory, compile, cores, sharesTiles, startTileWorker } from '#platform';
import { networkNames } from './build-network.js';
import { type LoadedModel, loadModel, type ModelData, readModel, type WeightModule } from './load-model.js';
import type { TileWorker, WorkerSetup } from './serve-tiles.js';
import { tileSideFor } from './tile-memory.js';
import { type Compile, localRunner, pooledRunner, workerRunner } from './tile-runners.js';
import { createUpscaler, type TileRunner, type Upscaler } from './upscaler.js';

export interface LoadUpscalerOptions {
  /** Default `auto`: the best of this machine; for a `Model` in this thread: the one that is current. */
  readonly backend?: 'auto' | BackendName | undefined;
  /** Threads of the native backend; default: as many as cores. */
  readonly threads?: number | undefined;
  /** Browsers only, see `selectBackend`: the folder with the `.wasm` files, for pages that no bundler made. */
  readonly wasmPath?: string | undefined;
  /**
   * Tiles have at most the area of a square of so many pixels of the input a side, overlaps included, in the shape with the
   * least overlap; default: 384, or what free memory allows.
   */
  readonly tile?: number | undefined;
  /**
   * Whether the network lives in workers, so that the page stays free: one on a GPU, several on wasm and cpu. This thread
   * then needs no backend. After a crash or the loss of a device the call that met it fails (`worker/crashed`,
   * `backend/lost`), and the next one starts a fresh worker, on the next backend down if that was a GPU's. Default false.
   */
  readonly worker?: boolean | undefined;
  /**
   * Workers that tiles are shared out over, on wasm and cpu; default: as many as cores. 0 or 1 without `worker`: this
   * thread only, as in browsers always.
   */
  readonly workers?: number | undefined;
  /** Starts a worker that runs `sr-models/worker`, for programs whose bundler does not see its file. */
  readonly startWorker?: (() => Port | Promise<Port>) | undefined;
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
 * @throws as `loadModel` and `selectBackend`; with `worker` also `worker/crashed` where none could be started and
 *   `network/unknown` for a network of your own
 * @example
 * import small from 'sr-weights/x4-small';
 * const upscaler = await loadUpscaler(small);
 * const big = await upscaler.upscale(photo);
 * upscaler.dispose();
 */
export async function loadUpscaler(source: UpscalerSource, options: LoadUpscalerOptions = {}): Promise<Upscaler> {
  const { workers = cores() } = options;
  if (!Number.isInteger(workers) || workers < 0) {
    throw new SrError({ code: 'option/invalid', message: `workers: expected an integer >= 0, received ${workers}.` });
  }
  return options.worker ? loadInWorkers(source, { ...options, workers }) : loadHere(source, { ...options, workers });
}

type Settled = LoadUpscalerOptions & { readonly workers: number };

async function loadHere(source: UpscalerSource, options: Settled): Promise<Upscaler> {
  const given = 'parameters' in source;
  const backend = await selectBackend({
    ...selection(options),
    ...(given && { backend: options.backend ?? currentBackend() }),
  });
  const model: Model & Partial<LoadedModel> = given ? source : await loadModel(source, options);
  const { network, card } = model;
  // The parameters of a model that was given may change.
  const runner = runnerOf(model, backend.backend, { ...options, compile: given ? undefined : compile });
  return createUpscaler({
    network,
    card,
    backend: () => backend,
    defaultTile: options.tile ?? defaultTile(network, backend, options.workers),
    runner: given ? runner : owning(model, runner),
  });
}

async function loadInWorkers(source: UpscalerSource, options: Settled): Promise<Upscaler> {
  const { network, card, weights } = await dataOf(source, options.signal);
  const { name, config } = network;
  if (!networkNames.includes(name)) {
    throw new SrError({
      code: 'network/unknown',
      message: `"${name}" cannot move to a worker, which builds networks by their names: ${networkNames.join(', ')}. Load it without "worker".`,
    });
  }
  const pool = backendPool<TileWorker, WorkerSetup>({
    create: options.startWorker ?? startTileWorker,
    setup: async () => ({ network: { name, config }, weights }),
    backend: selection(options),
    workers: Math.max(options.workers, 1),
  });
  const backend = await pool.backend();
  return createUpscaler({
    network,
    card,
    backend: () => pool.report!,
    defaultTile: options.tile ?? defaultTile(network, backend, options.workers),
    runner: workerRunner(pool),
  });
}

async function dataOf(
  source: UpscalerSource,
  signal: AbortSignal | undefined,
): Promise<Partial<ModelData> & Pick<ModelData, 'network' | 'weights'>> {
  if (!('parameters' in source)) return readModel(source, signal);
  return { network: source.network, weights: await source.parameters.toWeights() };
}

function selection({ backend, threads, wasmPath }: LoadUpscalerOptions): SelectBackendOptions {
  return {
    ...(backend !== undefined && { backend }),
    ...(threads !== undefined && { threads }),
    // A worker has another base than the page.
    ...(wasmPath !== undefined && { wasmPath: new URL(wasmPath, globalThis.document?.baseURI).href }),
  };
}

function runnerOf(
  model: Model,
  backend: BackendName,
  { workers, startWorker, compile }: Settled & { compile: Compile | undefined },
): TileRunner {
  const shareable = oneThreaded.has(backend) && networkNames.includes(model.network.name);
  if (workers < 2 || !shareable || !(sharesTiles || startWorker)) return localRunner(model, { compile });
  return pooledRunner(model, { backend, workers, startWorker: startWorker ?? startTileWorker });
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

/** The usual tile, or what memory allows when as many are in work as there are threads, and the device. */
function defaultTile(network: Network, { backend, largestTensor }: BackendReport, workers: number): number {
  const atOnce = oneThreaded.has(backend) ? Math.max(workers, 1) : 1;
  const side = tileSideFor(network, (availableMemory() * memoryShare) / atOnce, largestTensor);
  return Math.min(usualTile, Math.max(side, 64));
}

function currentBackend(): BackendName {
  const name = getBackend();
  return name === 'tensorflow' ? 'native' : (name as BackendName);
}
