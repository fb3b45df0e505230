/**
 * Everything in one file, for pages that no bundler makes: tfjs with all of its backends, the worker and x4-small.
 *
 * Defines `<sr-image>`. The file is its worker's program as well.
 */
import { env } from '@tensorflow/tfjs-core';
import type { Port } from 'sr-tensor/worker';
import small from 'sr-weights/x4-small';
import { defineSrImage } from './element/index.js';
import { type LoadUpscalerOptions, loadUpscaler as load, type UpscalerSource } from './load-upscaler.js';
import { serveTiles } from './serve-tiles.js';
import type { Upscaler } from './upscaler.js';

export { fromBlob, fromElement, toCanvas, toImageData } from 'sr-data/browser';
export { SrError } from 'sr-tensor';
export type { SrImageElement, SrImageEventMap, SrImageResult } from './element/index.js';

/** Trained weights for scale 4, inside this file. */
export const x4Small: typeof small = small;

/**
 * `loadUpscaler` of `sr-models`, whose workers run this file.
 *
 * @example
 * const upscaler = await loadUpscaler(x4Small, { worker: true });
 */
export function loadUpscaler(source: UpscalerSource, options?: LoadUpscalerOptions): Promise<Upscaler> {
  return load(source, { startWorker, ...options });
}

// The build with threads is not inside: workers share tiles out, which pages need not be isolated for. `set` refuses flags of
// backends that are not loaded yet.
env().setFlags({ ...env().getFlags(), WASM_HAS_MULTITHREAD_SUPPORT: false });

if (typeof document === 'undefined') serveTiles();
else defineSrImage([small], { startWorker });

/** A worker's file must be of the page's origin; one of another is imported by a program that is. */
function startWorker(): Port {
  const url = import.meta.url;
  if (new URL(url).origin === location.origin) return new Worker(url, { type: 'module' }) as Port;
  const program = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  return new Worker(program, { type: 'module' }) as Port;
}
