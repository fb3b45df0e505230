/** The wasm backend in Node. tfjs switches its threaded build off there; tiles are shared out over workers instead. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import { firstLine } from './first-line.js';
import type { Availability } from './types.js';
import { wasmDevice } from './wasm-device.js';
import { registerWasmKernels } from './wasm-kernels.js';

/** Registers the wasm backend and the kernels it lacks, and makes it the current one. */
export async function loadWasm(): Promise<Availability> {
  try {
    const { getThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const listeners = emscriptenEvents.map(event => [event, process.listeners(event as 'exit')] as const);
    // Without "useFetch": Node's fetch does not read files.
    setWasmPaths(join(packageFolder(), 'dist') + sep, false);
    if (!(await setBackend('wasm'))) return { available: false, reason: 'tfjs could not start its wasm backend.' };
    // Emscripten's start-up code rethrows every uncaught error of the program; that is the program's own business.
    for (const [event, before] of listeners) {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before.includes(listener)) process.removeListener(event, listener);
      }
    }
    registerWasmKernels();
    return { available: true, device: await wasmDevice(getThreadsCount()) };
  } catch (error) {
    return { available: false, reason: `The wasm backend could not be loaded: ${firstLine(error)}.` };
  }
}

const emscriptenEvents = ['uncaughtException', 'unhandledRejection'] as const;

function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
}
