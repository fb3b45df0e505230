import { setBackend } from '@tensorflow/tfjs-core';
import { firstLine } from './first-line.js';
import { type Adapter, adapterName, isSoftwareAdapter, largestBuffer } from './gpu-adapter.js';
import type { Availability, LoadOptions } from './types.js';

/** Registers the WebGPU backend (optional package) and makes it the current one. */
export async function loadWebgpu({ allowSoftware = false }: LoadOptions = {}): Promise<Availability> {
  const gpu = (navigator as { gpu?: { requestAdapter(options?: object): Promise<Adapter | null> } }).gpu;
  if (gpu === undefined) {
    return { available: false, reason: 'This browser has no WebGPU (it needs a recent one, and a page over HTTPS).' };
  }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return { available: false, reason: 'There is no GPU adapter.' };
    if (isSoftwareAdapter(adapter) && !allowSoftware) {
      return {
        available: false,
        reason: `WebGPU is emulated by the CPU here (${adapterName(adapter)}); wasm is faster.`,
      };
    }
    // Inside "try", which tells bundlers that this package may be absent.
    await import('@tensorflow/tfjs-backend-webgpu');
    if (!(await setBackend('webgpu'))) return { available: false, reason: 'tfjs could not start its WebGPU backend.' };
    return { available: true, device: `WebGPU, ${adapterName(adapter)}`, largestTensor: largestBuffer() };
  } catch (error) {
    return {
      available: false,
      reason: `WebGPU could not be started: ${firstLine(error)}. It needs the package @tensorflow/tfjs-backend-webgpu.`,
    };
  }
}
