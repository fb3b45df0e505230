// Threads that share out tiles, as they are published: built code, the worker's file found from it.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { compact, loadUpscaler, type Upscaler } from 'sr-models';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { expectNoLeaks } from 'sr-tensor/testing';
import small from 'sr-weights/x4-small';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './support.js';

const tile = 40;

describe('a pool of threads', () => {
  const threads: Worker[] = [];
  let pooled: Upscaler;
  let alone: Upscaler;

  beforeAll(async () => {
    const url = createRequire(import.meta.url).resolve('sr-models/worker');
    const startWorker = (): Worker => {
      threads.push(new Worker(url));
      return threads.at(-1)!;
    };
    alone = await loadUpscaler(small, { backend: 'wasm', workers: 1 });
    pooled = await loadUpscaler(small, { backend: 'wasm', workers: 2, startWorker });
  });

  afterAll(() => {
    pooled.dispose();
    alone.dispose();
  });

  test('is not started for a small picture', async () => {
    await pooled.upscale(noise(30, 20), { tile });
    await pooled.upscale(noise(70, 20), { tile });
    expect(threads).toHaveLength(0);
  });

  test('gives what one thread gives', async () => {
    await expectNoLeaks(async () => {
      const picture = noise(90, 60);
      const expected = await alone.upscale(picture, { tile });
      const seen: number[] = [];
      const onProgress = ({ percent }: { percent: number }) => seen.push(percent);
      const both = [pooled.upscale(picture, { tile, onProgress }), pooled.upscale(picture, { tile })];
      for (const result of await Promise.all(both)) expect(result).toEqual(expected);
      expect(threads).toHaveLength(2);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.at(-1)).toBe(100);
    });
  });

  test('stops when aborted, and works again', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const call = pooled.upscale(noise(120, 120), { tile, signal, onProgress: () => controller.abort() });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect((await pooled.upscale(noise(60, 60), { tile })).width).toBe(240);
  });

  test('a crash is an error, and the next call works', async () => {
    const picture = noise(90, 60);
    const call = pooled.upscale(picture, { tile, onProgress: () => void threads[0]!.terminate() });
    await expect(call).rejects.toMatchObject({ code: 'worker/crashed' });
    expect(await pooled.upscale(picture, { tile })).toEqual(await alone.upscale(picture, { tile }));
  });
});

describe('an upscaler in a thread of its own', () => {
  const threads: Worker[] = [];
  const url = createRequire(import.meta.url).resolve('sr-models/worker');
  const startWorker = (): Worker => {
    threads.push(new Worker(url));
    return threads.at(-1)!;
  };

  test('gives what this thread gives, after a crash as well', async () => {
    using alone = await loadUpscaler(small, { backend: 'wasm', workers: 1 });
    using apart = await loadUpscaler(small, { backend: 'wasm', workers: 1, worker: true, startWorker });
    expect(apart.backend).toMatchObject({ backend: 'wasm', device: alone.backend.device });
    const picture = noise(60, 20);
    const expected = await alone.upscale(picture, { tile });
    await expectNoLeaks(async () => expect(await apart.upscale(picture, { tile })).toEqual(expected));
    const onProgress = (): void => void threads[0]!.terminate();
    // So large that the thread is still at work when the news of its first tile has come here.
    await expect(apart.upscale(noise(200, 400), { tile, onProgress })).rejects.toMatchObject({
      code: 'worker/crashed',
    });
    expect(await apart.upscale(picture, { tile })).toEqual(expected);
    expect(threads).toHaveLength(2);
  });

  test('a backend that cannot work and a network that cannot move are errors', async () => {
    await expect(loadUpscaler(small, { backend: 'webgl', worker: true })).rejects.toMatchObject({
      code: 'backend/unavailable',
    });
    const own = { ...compact({ channels: 4, depth: 1 }), name: 'mine' };
    const parameters = Parameters.create(own.parameters, { seed: 1 });
    await expect(loadUpscaler({ network: own, parameters }, { worker: true })).rejects.toMatchObject({
      code: 'network/unknown',
    });
    parameters.dispose();
  });
});

test('a program finds the worker by itself and ends although its threads are idle', () => {
  const program = `
    import { loadUpscaler } from 'sr-models';
    import small from 'sr-weights/x4-small';
    const upscaler = await loadUpscaler(small, { backend: 'wasm', workers: 2 });
    const picture = { data: new Uint8Array(60 * 60 * 3), width: 60, height: 60, channels: 3 };
    console.log((await upscaler.upscale(picture, { tile: 40 })).width);
  `;
  expect(run('node', ['--input-type=module', '--eval', program])).toContain('240');
});

function noise(width: number, height: number): Picture {
  const random = new Random(7);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  return { data, width, height, channels: 3 };
}
