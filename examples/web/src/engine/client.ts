/**
 * The page's side of the engine: the only module that knows where the libraries run.
 *
 * They run in one Web Worker, which all sections share, as they share its backend. Where a policy forbids workers they run
 * in the page itself; where the worker is lost the next call starts a new one.
 */
import {
  type CallOptions,
  connectWorker,
  type Port,
  type Result,
  serveWorker,
  type WorkerClient,
} from 'sr-tensor/worker';
import type { BackendInfo, BackendWish } from './contract.js';
import type { Engine } from './handlers.js';
import type { WeightsSource } from './weights-source.js';

type Listener = (state: EngineState) => void;

/** What the page shows of the engine. */
export interface EngineState {
  readonly info?: BackendInfo;
  /** No worker may run here, so the page computes itself and answers late meanwhile. */
  readonly isInPage: boolean;
}

const wishes = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
const asked = new URLSearchParams(location.search).get('backend');
const wish: BackendWish = wishes.find(name => name === asked) ?? 'auto';
let isInPage = false;
let connected: Promise<WorkerClient<Engine>> | undefined;
const listeners = new Set<Listener>();

/** Tells what becomes of the engine, from now on. */
export function onEngine(listener: Listener): void {
  listeners.add(listener);
}

/**
 * Lets the engine do something.
 *
 * @throws what the engine throws, as `SrError`
 */
export async function compute<Name extends keyof Engine>(
  name: Name,
  job: Parameters<Engine[Name]>[0],
  options?: CallOptions,
): Promise<Result<Engine[Name]>> {
  connected ??= connect().catch(error => {
    connected = undefined;
    throw error;
  });
  const client = await connected;
  try {
    return await client.call(name, job, options);
  } catch (error) {
    // A fresh one for the next call.
    if (!client.alive) connected = undefined;
    throw error;
  }
}

/** Gets a network ready before it is needed; what is wrong shows when it is. */
export async function warm(network: WeightsSource): Promise<void> {
  try {
    const info = await compute('warm', network);
    for (const listener of listeners) listener({ info, isInPage });
  } catch {
    // The job that needs it says so.
  }
}

async function connect(): Promise<WorkerClient<Engine>> {
  const client = isInPage ? undefined : await connectToWorker();
  if (client !== undefined) {
    await client.call('configure', { backend: wish, workers: true });
    return client;
  }
  isInPage = true;
  for (const listener of listeners) listener({ isInPage });
  const { handlers } = await import('./handlers.js');
  const { port1, port2 } = new MessageChannel();
  serveWorker(port2, handlers);
  const inPage = connectWorker<Engine>(port1);
  await inPage.call('configure', { backend: wish, workers: false });
  return inPage;
}

/** Undefined where a policy forbids workers, or the browser has none of this kind. */
async function connectToWorker(): Promise<WorkerClient<Engine> | undefined> {
  try {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });
    const client = connectWorker<Engine>(worker as Port);
    await client.call('hello', undefined);
    return client;
  } catch {
    return undefined;
  }
}
