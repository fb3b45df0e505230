/** The wasm backend in browsers: with threads where the page is cross-origin isolated. */
import type { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { firstLine } from './first-line.js';
import type { Availability, LoadOptions } from './types.js';
import { wasmDevice } from './wasm-device.js';
import { registerWasmKernels } from './wasm-kernels.js';

/** Registers the wasm backend and the kernels it lacks, and makes it the current one. */
export async function loadWasm({ threads, wasmPath }: LoadOptions = {}): Promise<Availability> {
  try {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(wasmPath ?? bundledFiles());
    if (threads !== undefined) wasm.setThreadsCount(threads);
    if (!(await setBackend('wasm'))) {
      return {
        available: false,
        reason:
          'tfjs could not start its wasm backend; if its .wasm files are not found, say where they are (wasmPath).',
      };
    }
    registerWasmKernels();
    return { available: true, device: await wasmDevice(wasm.getThreadsCount()) };
  } catch (error) {
    return { available: false, reason: `The wasm backend could not be loaded: ${firstLine(error)}.` };
  }
}

/** In this form bundlers see the files, ship them and put their final address in. */
function bundledFiles(): Parameters<typeof setWasmPaths>[0] {
  const plain = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url);
  const simd = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url);
  const threaded = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url);
  return {
    'tfjs-backend-wasm.wasm': plain.href,
    'tfjs-backend-wasm-simd.wasm': simd.href,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded.href,
  };
}
