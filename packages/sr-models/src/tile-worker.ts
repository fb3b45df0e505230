/** The program of a thread that computes tiles, in Node. */
import { parentPort, workerData } from 'node:worker_threads';
import { Parameters, type Picture } from 'sr-tensor';
import { type BackendName, selectBackend } from 'sr-tensor/backend';
import type { WeightTensor } from 'sr-tensor/weights';
import { serveWorker, Transfer } from 'sr-tensor/worker';
import { buildNetwork, type NetworkDescription } from './build-network.js';
import { enlargeTile, type Tile } from './enlarge-tile.js';

/** What a thread gets when it is started. */
export interface WorkerSetup {
  readonly network: NetworkDescription;
  readonly weights: ReadonlyMap<string, WeightTensor>;
  readonly backend: BackendName;
}

const handlers = {
  async enlarge(tile: Tile): Promise<Transfer<Picture>> {
    const enlarged = await enlargeTile(await model, tile);
    return new Transfer(enlarged, [enlarged.data.buffer as ArrayBuffer]);
  },
};

/** What the thread can be asked for. */
export type TileWorker = typeof handlers;

const model = prepare(workerData as WorkerSetup);
serveWorker(parentPort!, handlers);

async function prepare({ network: description, weights, backend }: WorkerSetup) {
  await selectBackend({ backend });
  const network = buildNetwork(description);
  return { network, parameters: Parameters.fromWeights(network.parameters, weights) };
}
