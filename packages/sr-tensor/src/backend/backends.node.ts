import { loadCpu } from './load-cpu.js';
import { loadNative } from './load-native.js';
import { loadWasm } from './load-wasm.js';
import { loadWebgpu } from './load-webgpu.js';
import type { BackendLoader } from './types.js';

/** The backends that Node can have, fastest first. */
export const loaders: readonly BackendLoader[] = [
  { backend: 'native', load: loadNative },
  { backend: 'webgpu', load: loadWebgpu },
  { backend: 'wasm', load: loadWasm },
  { backend: 'cpu', load: loadCpu },
];
