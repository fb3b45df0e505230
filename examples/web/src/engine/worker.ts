/** The thread that computes, so that the page stays at hand. */
import { type Port, serveWorker } from 'sr-tensor/worker';
import { handlers } from './handlers.js';

serveWorker(globalThis as unknown as Port, handlers);
