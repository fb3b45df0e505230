import { env } from '@tensorflow/tfjs-core';

/** The loaded wasm backend in words: `WebAssembly with SIMD, 1 thread`. */
export async function wasmDevice(threads: number): Promise<string> {
  const simd = (await env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  return `WebAssembly ${simd ? 'with' : 'without'} SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
