/** The worker's side of tiles: builds the network that it is told, and enlarges what it is given. */
import { type Model, Parameters, type Picture } from 'sr-tensor';
import { type BackendReport, selectBackend } from 'sr-tensor/backend';
import type { WeightTensor } from 'sr-tensor/weights';
import { type BackendSetup, ownPort, serveWorker, Transfer } from 'sr-tensor/worker';
import { buildNetwork, type NetworkDescription } from './build-network.js';
import { enlargeTile, type Tile } from './enlarge-tile.js';

/** What a worker is started with. */
export interface WorkerSetup extends BackendSetup {
  readonly network: NetworkDescription;
  readonly weights: ReadonlyMap<string, WeightTensor>;
}

let model: Model;

const handlers = {
  async start({ network: description, weights, backend }: WorkerSetup): Promise<BackendReport> {
    const report = await selectBackend(backend);
    const network = buildNetwork(description);
    model = { network, parameters: Parameters.fromWeights(network.parameters, weights) };
    return report;
  },

  async enlarge(tile: Tile): Promise<Transfer<Picture>> {
    const enlarged = await enlargeTile(model, tile);
    return new Transfer(enlarged, [enlarged.data.buffer as ArrayBuffer]);
  },
};

/** What the worker can be asked for. */
export type TileWorker = typeof handlers;

/** Makes this thread a worker that computes tiles. */
export function serveTiles(): void {
  serveWorker(ownPort(), handlers);
}
