// WebGPU reports what is wrong with a command later and to the device: tfjs goes on, with zeros. Here the test fails in which
// it came up.
import { backend, getBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect } from 'vitest';

/** What is used of a `GPUDevice`, whose types come from elsewhere in Node and in pages. */
interface Device extends EventTarget {
  readonly queue: { onSubmittedWorkDone(): Promise<unknown> };
}

const errors: string[] = [];
const watched = new WeakSet<Device>();

function currentDevice(): Device | undefined {
  return getBackend() === 'webgpu' ? (backend() as unknown as { device: Device }).device : undefined;
}

beforeEach(() => {
  const device = currentDevice();
  if (device === undefined || watched.has(device)) return;
  watched.add(device);
  device.addEventListener('uncapturederror', event => {
    errors.push((event as Event & { error: Error }).error.message);
  });
});

afterEach(async () => {
  await currentDevice()?.queue.onSubmittedWorkDone();
  expect(errors.splice(0), 'errors of the WebGPU device').toEqual([]);
});
