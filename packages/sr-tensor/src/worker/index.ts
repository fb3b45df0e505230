export {
  type CallOptions,
  type ConnectOptions,
  connectWorker,
  type Result,
  type WorkerClient,
} from './connect-worker.js';
export type { Port } from './port.js';
export { type HandlerContext, type Handlers, serveWorker, Transfer } from './serve-worker.js';
export { type WorkerPool, workerPool } from './worker-pool.js';
