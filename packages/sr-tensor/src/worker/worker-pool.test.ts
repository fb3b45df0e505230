import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { SrError } from '../errors.js';
import { connectWorker } from './connect-worker.js';
import { type WorkerPool, workerPool } from './worker-pool.js';

const fixture = new URL('../../test/echo-worker.mjs', import.meta.url);
const startWorker = () => new Worker(fixture, { execArgv: ['--conditions=sr-source'] });
const code = (code: string) => expect.objectContaining({ code });

const pools: WorkerPool[] = [];
function pool(size: number, create: () => Worker = startWorker): WorkerPool {
  const made = workerPool(create, size);
  pools.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map(pool => pool.dispose()));
});

test('worker_threads: results, transfer, errors outside handlers, exits', async () => {
  const client = connectWorker(startWorker());
  expect(await client.call('echo', { a: [1, new Uint8Array([2])] })).toEqual({ a: [1, new Uint8Array([2])] });
  const data = Float32Array.of(1, 2);
  expect(await client.call('double', data, { transfer: [data.buffer] })).toEqual(Float32Array.of(2, 4));
  expect(data.length).toBe(0);
  const error: SrError = await client.call('throwLater', 0).then(
    () => expect.fail('it cannot end'),
    e => e,
  );
  expect(error).toMatchObject({ code: 'worker/crashed', message: expect.stringContaining('outside any handler') });
  expect(error.cause).toMatchObject({ name: 'TypeError' });

  const second = connectWorker(startWorker());
  const jobs = [second.call('hang', 0), second.call('echo', 1), second.call('echo', 2)].map(job =>
    job.catch(e => e.code),
  );
  await sleep(10);
  await second.close();
  expect(await Promise.all(jobs)).toEqual(['worker/closed', 'worker/closed', 'worker/closed']);
});

test('a script that cannot be loaded rejects its jobs', async () => {
  const client = connectWorker(new Worker(new URL('./absent.mjs', import.meta.url)));
  await expect(client.call('echo', 1)).rejects.toEqual(code('worker/crashed'));
});

test('a pool shares out jobs, never starts more workers than its size, and needs none without work', async () => {
  let started = 0;
  const shared = pool(2, () => {
    started++;
    return startWorker();
  });
  expect(started).toBe(0);
  const results = await Promise.all(Array.from({ length: 20 }, (_, i) => shared.call('echo', i)));
  expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(started).toBe(2);
});

test('a pool replaces a crashed worker; only the jobs it held are lost', async () => {
  let started = 0;
  const shared = pool(1, () => {
    started++;
    return startWorker();
  });
  const jobs = [shared.call('crash', 0), shared.call('echo', 1), shared.call('echo', 2), shared.call('echo', 3)];
  expect(await Promise.all(jobs.map(job => job.catch(e => e.code)))).toEqual([
    'worker/crashed',
    'worker/crashed',
    2,
    3,
  ]);
  expect(started).toBe(2);
});

test('a worker that cannot be created rejects its job and is tried again', async () => {
  let tries = 0;
  const shared = pool(1, () => {
    if (tries++ === 0) throw new Error('no threads left');
    return startWorker();
  });
  await expect(shared.call('echo', 1)).rejects.toThrow('no threads left');
  expect(await shared.call('echo', 2)).toBe(2);
});

test('a job can be aborted while it waits in the pool and while it runs', async () => {
  const shared = pool(1);
  const controllers = Array.from({ length: 4 }, () => new AbortController());
  const jobs = controllers.map(({ signal }) => shared.call('hang', 0, { signal }).catch(e => e.code));
  await sleep(10);
  for (const controller of controllers.toReversed()) controller.abort();
  expect(await Promise.all(jobs)).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
  expect(await shared.call('echo', 5)).toBe(5);
});

test('dispose rejects what waits and ends the workers', async () => {
  let exits = 0;
  const shared = pool(1, () => startWorker().on('exit', () => exits++));
  const jobs = [1, 2, 3].map(() => shared.call('hang', 0).catch(e => e.code));
  await sleep(10);
  await shared.dispose();
  expect(await Promise.all(jobs)).toEqual(['worker/closed', 'worker/closed', 'worker/closed']);
  expect(exits).toBe(1);
  await expect(shared.call('echo', 1)).rejects.toEqual(code('worker/closed'));
});
