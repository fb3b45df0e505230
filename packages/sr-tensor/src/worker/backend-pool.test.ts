import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { BackendName, BackendReport, SelectBackendOptions } from '../backend/types.js';
import { SrError } from '../errors.js';
import { type BackendPool, type BackendPoolOptions, backendPool } from './backend-pool.js';
import { serveWorker } from './serve-worker.js';

interface Setup {
  readonly backend: SelectBackendOptions;
  readonly factor: number;
}

/** The backends of a machine that exists here only, best first. */
const machine: readonly BackendName[] = ['webgpu', 'webgl', 'wasm'];

function handlers() {
  let setup: Setup;
  return {
    async start(given: Setup): Promise<BackendReport> {
      setup = given;
      const { backend = 'auto', except = [] } = given.backend;
      const found = backend === 'auto' ? machine.find(name => !except.includes(name))! : backend;
      return { backend: found, device: found, reasons: [] };
    },
    multiply: async (value: number) => value * setup.factor,
    lose: async () => {
      throw new SrError({ code: 'backend/lost', message: 'The device was lost.' });
    },
    refuse: async () => {
      throw new SrError({ code: 'tensor/shape', message: 'Wrong shape.' });
    },
  };
}
type Methods = ReturnType<typeof handlers>;

const pools: BackendPool<Methods>[] = [];
const ports: MessagePort[] = [];
function pool(options: Partial<BackendPoolOptions<Setup>> = {}): BackendPool<Methods> {
  const create = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    serveWorker(port1, handlers());
    ports.push(port1);
    return port2;
  };
  const made = backendPool<Methods, Setup>({ create, setup: async () => ({ factor: 3 }), ...options });
  pools.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map(made => made.dispose()));
  for (const port of ports.splice(0)) port.close();
});

test('takes the best backend, in one worker on a GPU', async () => {
  const made = pool({ workers: 4 });
  expect(made.report).toBeUndefined();
  expect(await made.backend()).toMatchObject({ backend: 'webgpu' });
  expect(made.report).toMatchObject({ backend: 'webgpu' });
  expect(await Promise.all([1, 2, 3].map(value => made.call('multiply', value)))).toEqual([3, 6, 9]);
  expect([made.size, ports.length]).toEqual([1, 1]);
});

test('shares jobs out over several workers where one uses one core', async () => {
  const made = pool({ backend: { backend: 'wasm' }, workers: 3 });
  await made.backend();
  expect(made.size).toBe(3);
  expect(await Promise.all([1, 2, 3, 4].map(value => made.call('multiply', value)))).toEqual([3, 6, 9, 12]);
  expect(ports).toHaveLength(3);
});

test('after the loss of a device the next job starts on the next backend down', async () => {
  const made = pool({ workers: 2 });
  for (const expected of ['webgpu', 'webgl'] as const) {
    expect(await made.call('multiply', 1)).toBe(3);
    expect(made.report?.backend).toBe(expected);
    const jobs = [made.call('lose', undefined), made.call('multiply', 1), made.call('multiply', 2)];
    const codes = await Promise.all(jobs.map(job => job.catch(error => error.code)));
    expect(codes).toEqual(['backend/lost', 'backend/lost', 'backend/lost']);
    expect(made.report?.backend).toBe(expected);
  }
  expect(await made.call('multiply', 2)).toBe(6);
  expect(made.report?.backend).toBe('wasm');
});

test('a crash is a loss as well; a fresh worker of wasm is as good as the first', async () => {
  const made = pool({ backend: { backend: 'webgl' } });
  await made.backend();
  ports[0]!.close();
  expect(await made.call('multiply', 1).catch(error => error.code)).toBe('worker/crashed');
  expect(await made.call('multiply', 1)).toBe(3);
  expect(made.report?.backend).toBe('webgpu');

  const plain = pool({ backend: { backend: 'wasm' } });
  await plain.backend();
  ports.at(-1)!.close();
  await plain.call('multiply', 1).catch(() => undefined);
  expect(await plain.call('multiply', 1)).toBe(3);
  expect(plain.report?.backend).toBe('wasm');
});

test('other errors change nothing, and a worker that cannot start says so at each call', async () => {
  const made = pool();
  expect(await made.call('refuse', undefined).catch(error => error.code)).toBe('tensor/shape');
  expect(await made.call('multiply', 1)).toBe(3);
  expect(ports).toHaveLength(1);

  const failing = pool({
    create: () => {
      throw new Error('not allowed here');
    },
  });
  for (const _ of [1, 2]) await expect(failing.backend()).rejects.toThrow('not allowed here');
});
