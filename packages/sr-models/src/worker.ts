/** The program of a worker that computes tiles, in browsers and in Node. */
import { serveTiles } from './serve-tiles.js';

export type { TileWorker, WorkerSetup } from './serve-tiles.js';

serveTiles();
