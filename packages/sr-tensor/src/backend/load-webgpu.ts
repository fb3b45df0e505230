/**
 * WebGPU in Node: tfjs-backend-webgpu on Dawn (npm package `webgpu`), both optional.
 */
import { createRequire } from 'node:module';
import { setBackend } from '@tensorflow/tfjs-core';
import { firstLine } from './first-line.js';
import { type Adapter, adapterName, isSoftwareAdapter, largestBuffer } from './gpu-adapter.js';
import { packageFolder } from './load-native.js';
import type { Availability, LoadOptions } from './types.js';

/** What is used of the package `webgpu`: `create` takes Dawn's flags and gives what browsers call `navigator.gpu`. */
interface Dawn {
  create(flags: string[]): { requestAdapter(options?: object): Promise<Adapter | null> };
  globals: object;
}

const resolver = createRequire(import.meta.url);

/** Dawn's devices do not keep the object that they come from, and the process crashes once that is collected. */
const held: object[] = [];

/** Registers the WebGPU backend and makes it the current one. */
export async function loadWebgpu({ allowSoftware = false }: LoadOptions = {}): Promise<Availability> {
  const missing = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].filter(
    name => packageFolder(resolver, name) === undefined,
  );
  if (missing.length > 0) {
    const are = missing.length > 1 ? 'are' : 'is';
    return {
      available: false,
      reason: `${missing.join(' and ')} ${are} not installed; with a GPU, \`npm install webgpu @tensorflow/tfjs-backend-webgpu\` makes it work.`,
    };
  }
  try {
    const { create, globals } = (await import(resolver.resolve('webgpu'))) as Dawn;
    const gpu = create([]);
    held.push(gpu);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return { available: false, reason: 'There is no GPU adapter (no GPU, or no Vulkan driver).' };
    if (isSoftwareAdapter(adapter) && !allowSoftware) {
      return {
        available: false,
        reason: `The only GPU adapter is emulated by the CPU (${adapterName(adapter)}); wasm is faster.`,
      };
    }
    Object.assign(globalThis, globals);
    const host = navigatorObject();
    Object.defineProperty(host, 'gpu', { value: flattening(gpu), configurable: true });
    try {
      // The backend registers itself only if navigator.gpu exists at this moment.
      resolver('@tensorflow/tfjs-backend-webgpu');
      if (!(await setBackend('webgpu')))
        return { available: false, reason: 'tfjs could not start its WebGPU backend.' };
    } finally {
      // Other programs take it for a browser's.
      Reflect.deleteProperty(host, 'gpu');
    }
    return { available: true, device: `WebGPU, ${adapterName(adapter)}`, largestTensor: largestBuffer() };
  } catch (error) {
    return { available: false, reason: `WebGPU could not be started: ${firstLine(error)}.` };
  }
}

/** Node 20 has no `navigator`. */
function navigatorObject(): object {
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  }
  return globalThis.navigator;
}

/** tfjs 4.22 passes one feature as an array inside the list of features, which browsers forgive and Dawn does not. */
function flattening(gpu: ReturnType<Dawn['create']>): object {
  return {
    wgslLanguageFeatures: (gpu as { wgslLanguageFeatures?: unknown }).wgslLanguageFeatures,
    async requestAdapter(options?: object): Promise<Adapter | null> {
      const adapter = await gpu.requestAdapter(options);
      if (adapter === null) return null;
      const request = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = (descriptor: { requiredFeatures?: unknown[] } = {}) =>
        request({ ...descriptor, requiredFeatures: (descriptor.requiredFeatures ?? []).flat() });
      return adapter;
    },
  };
}
