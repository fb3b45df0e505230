import { loadCpu } from './load-cpu.js';
import { loadWasm } from './load-wasm.browser.js';
import { loadWebgl } from './load-webgl.browser.js';
import { loadWebgpu } from './load-webgpu.browser.js';
import type { BackendLoader } from './types.js';

/** The backends that a browser can have, fastest first. */
export const loaders: readonly BackendLoader[] = [
  { backend: 'webgpu', load: loadWebgpu },
  { backend: 'webgl', load: loadWebgl },
  { backend: 'wasm', load: loadWasm },
  { backend: 'cpu', load: loadCpu },
];
