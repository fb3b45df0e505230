export {
  type BackendPool,
  type BackendPoolOptions,
  type BackendSetup,
  type BackendWorker,
  backendPool,
} from './backend-pool.js';
export {
  type CallOptions,
  type ConnectOptions,
  connectWorker,
  type Result,
  type WorkerClient,
} from './connect-worker.js';
export { ownPort, startThread } from './own-port.js';
export type { Port } from './port.js';
export { type HandlerContext, type Handlers, serveWorker, Transfer } from './serve-worker.js';
export { type PoolOptions, type WorkerPool, workerPool } from './worker-pool.js';
