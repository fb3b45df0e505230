import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { SrError } from '../errors.js';
import { connectWorker } from './connect-worker.js';
import type { PlainError } from './protocol.js';
import { type HandlerContext, serveWorker, Transfer } from './serve-worker.js';

const log: string[] = [];
let release: () => void = () => undefined;

const handlers = {
  add: ({ a, b }: { a: number; b: number }) => a + b,
  async countTo(n: number, { onProgress }: HandlerContext) {
    for (let i = 1; i <= n; i++) onProgress(i);
    return n;
  },
  fill: (data: Float32Array<ArrayBuffer>) => new Transfer(data.fill(7), [data.buffer]),
  fail(kind: string): number {
    if (kind === 'typed') {
      const cause = new SrError({ code: 'weights/hash', message: 'inner', cause: new RangeError('innermost') });
      throw new SrError({ code: 'picture/range', message: 'outer', cause });
    }
    throw kind === 'foreign' ? new TypeError('x is not a function') : 'just text';
  },
  unclonable: (_: number) => () => 1,
  async wait(name: string, { signal }: HandlerContext) {
    log.push(`start ${name}`);
    await new Promise<void>(resolve => {
      release = resolve;
      signal.addEventListener('abort', () => resolve());
    });
    log.push(`${signal.aborted ? 'aborted' : 'end'} ${name}`);
    return name;
  },
};

const open: MessageChannel[] = [];
function connected(maxInFlight?: number) {
  const channel = new MessageChannel();
  open.push(channel);
  const server = serveWorker(channel.port2, handlers);
  const client = connectWorker<typeof handlers>(channel.port1, maxInFlight === undefined ? {} : { maxInFlight });
  return { client, server, channel };
}

afterEach(() => {
  for (const { port1, port2 } of open.splice(0)) {
    port1.close();
    port2.close();
  }
  log.length = 0;
});

const code = (code: string) => expect.objectContaining({ code });
const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(1);
};

test('a call gives what the handler gives', async () => {
  const { client } = connected();
  expect(await client.call('add', { a: 2, b: 3 })).toBe(5);
  expect(await Promise.all([1, 2, 3, 4, 5].map(a => client.call('add', { a, b: 10 })))).toEqual([11, 12, 13, 14, 15]);
});

test('transferred buffers move both ways', async () => {
  const { client } = connected();
  const data = new Float32Array(4);
  const filled = await client.call('fill', data, { transfer: [data.buffer] });
  expect(data.byteLength).toBe(0);
  expect([...filled]).toEqual([7, 7, 7, 7]);
});

test('progress arrives in order and before the result', async () => {
  const { client } = connected();
  const seen: unknown[] = [];
  await client.call('countTo', 4, { onProgress: value => seen.push(value) });
  expect(seen).toEqual([1, 2, 3, 4]);
});

test('an SrError keeps code, message and causes', async () => {
  const { client } = connected();
  const error = await client.call('fail', 'typed').catch(e => e);
  expect(SrError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: 'picture/range', message: 'outer' });
  expect(error.cause).toMatchObject({ code: 'weights/hash', message: 'inner' });
  expect(error.cause.cause).toMatchObject({ name: 'RangeError', message: 'innermost' });
});

test('any other error becomes worker/failed with the error as its cause', async () => {
  const { client } = connected();
  const error = await client.call('fail', 'foreign').catch(e => e);
  expect(error).toMatchObject({ code: 'worker/failed', message: expect.stringContaining('x is not a function') });
  expect(error.cause).toMatchObject({ name: 'TypeError', stack: expect.stringContaining('connect-worker.test') });
  await expect(client.call('fail', 'text')).rejects.toEqual(code('worker/failed'));
});

test('an unknown method names the ones there are; names from Object.prototype are none', async () => {
  const { client } = connected();
  const call = client.call as (method: string, payload: unknown) => Promise<unknown>;
  await expect(call('addd', 0)).rejects.toThrow(/"addd"; it has add, countTo/);
  await expect(call('toString', 0)).rejects.toEqual(code('worker/unknown-method'));
});

test('what cannot be cloned is an error on either side, and the worker goes on', async () => {
  const { client } = connected();
  await expect(client.call('add', { a: 1, b: (() => 1) as never })).rejects.toEqual(code('worker/payload'));
  await expect(client.call('unclonable', 0)).rejects.toEqual(code('worker/failed'));
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
});

test('jobs of a worker run one after the other, and no more than maxInFlight are sent', async () => {
  const { client, channel } = connected(2);
  const sent: unknown[] = [];
  const post = channel.port1.postMessage.bind(channel.port1);
  channel.port1.postMessage = ((message: unknown, transfer: never[]) => {
    sent.push(message);
    post(message, transfer);
  }) as never;
  const jobs = ['a', 'b', 'c'].map(name => client.call('wait', name));
  await until(() => log.length === 1);
  expect(sent).toHaveLength(2);
  for (const started of [3, 5]) {
    release();
    await until(() => log.length === started);
  }
  release();
  expect(await Promise.all(jobs)).toEqual(['a', 'b', 'c']);
  expect(log).toEqual(['start a', 'end a', 'start b', 'end b', 'start c', 'end c']);
});

test('abort: before, while waiting here, while waiting there, while running', async () => {
  const { client } = connected(2);
  const reason = new Error('enough');
  await expect(client.call('add', { a: 1, b: 1 }, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
    code: 'aborted',
    cause: reason,
  });
  const controllers = Array.from({ length: 3 }, () => new AbortController());
  const jobs = controllers.map(({ signal }, i) => client.call('wait', `${i}`, { signal }).catch(e => e.code));
  await until(() => log.length === 1);
  for (const controller of controllers.toReversed()) controller.abort();
  expect(await Promise.all(jobs)).toEqual(['aborted', 'aborted', 'aborted']);
  // The worker is free again, and ran neither of the two that waited.
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
  expect(log).toEqual(['start 0', 'aborted 0']);
});

test('the abort listener is removed when a job ends', async () => {
  const { client } = connected();
  const { signal } = new AbortController();
  const listeners: string[] = [];
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((...args: Parameters<typeof add>) => [listeners.push('add'), add(...args)]) as never;
  signal.removeEventListener = ((...args: Parameters<typeof add>) => [
    listeners.push('remove'),
    remove(...args),
  ]) as never;
  await client.call('add', { a: 1, b: 1 }, { signal });
  await client.call('fail', 'typed', { signal }).catch(() => undefined);
  expect(listeners).toEqual(['add', 'remove', 'add', 'remove']);
});

test('a closed port rejects running, waiting and later jobs', async () => {
  const { client, channel } = connected(1);
  const jobs = [client.call('wait', 'a'), client.call('wait', 'b')].map(job => job.catch(e => e.code));
  await until(() => log.length === 1);
  channel.port2.close();
  expect(await Promise.all(jobs)).toEqual(['worker/crashed', 'worker/crashed']);
  expect(client.alive).toBe(false);
  await expect(client.call('add', { a: 1, b: 1 })).rejects.toEqual(code('worker/crashed'));
});

test('a worker that stops serving says so', async () => {
  const { client, server } = connected();
  const job = client.call('wait', 'a').catch(e => e.code);
  await until(() => log.length === 1);
  server.close();
  expect(await job).toBe('worker/crashed');
  await until(() => log.length === 2);
  expect(log).toEqual(['start a', 'aborted a']);
});

test('close rejects what is waiting', async () => {
  const { client } = connected();
  const job = client.call('wait', 'a').catch(e => e.code);
  await client.close();
  expect(await job).toBe('worker/closed');
  await expect(client.call('add', { a: 1, b: 1 })).rejects.toEqual(code('worker/closed'));
});

test('another version on either side is a typed error; foreign messages are left alone', async () => {
  const { port1, port2 } = new MessageChannel();
  open.push({ port1, port2 } as MessageChannel);
  port2.onmessage = ({ data }) => {
    port2.postMessage('foreign');
    port2.postMessage({ type: 'result', id: 0 });
    port2.postMessage({ ...data, sr: 99, message: { type: 'result', id: 0, value: 1 } });
  };
  const client = connectWorker(port1);
  await expect(client.call('add', 0)).rejects.toEqual(code('worker/version'));

  const other = new MessageChannel();
  open.push(other);
  serveWorker(other.port2, handlers);
  const answer = new Promise<{ message: { error: PlainError } }>(resolve => {
    other.port1.onmessage = ({ data }) => resolve(data);
  });
  other.port1.postMessage({ sr: 99, message: { type: 'call', id: 0, method: 'add', payload: { a: 1, b: 1 } } });
  expect((await answer).message.error.code).toBe('worker/version');
});
