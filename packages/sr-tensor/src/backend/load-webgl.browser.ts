import { backend, env, setBackend } from '@tensorflow/tfjs-core';
import { firstLine } from './first-line.js';
import { isSoftwareName } from './gpu-adapter.js';
import type { Availability, LoadOptions } from './types.js';

/** Registers the WebGL backend and makes it the current one. */
export async function loadWebgl({ allowSoftware = false }: LoadOptions = {}): Promise<Availability> {
  const renderer = rendererName();
  if (renderer === undefined) return { available: false, reason: 'This browser gives no WebGL 2 context.' };
  if (isSoftwareName(renderer) && !allowSoftware) {
    return { available: false, reason: `WebGL is emulated by the CPU here (${renderer}); wasm is faster.` };
  }
  try {
    await import('@tensorflow/tfjs-backend-webgl');
    if (!(await setBackend('webgl'))) return { available: false, reason: 'tfjs could not start its WebGL backend.' };
    correctPrecision();
    return { available: true, device: `WebGL, ${renderer}`, largestTensor: largestTexture() };
  } catch (error) {
    return { available: false, reason: `The WebGL backend could not be loaded: ${firstLine(error)}.` };
  }
}

/** tfjs 4.22 asks the wrong way around: it says 16 bits of exactly those devices that are known to render 32. */
function correctPrecision(): void {
  if (env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) Object.assign(backend(), { floatPrecisionValue: 32 });
}

/** A texture holds four values a pixel. */
function largestTexture(): number {
  return env().getNumber('WEBGL_MAX_TEXTURE_SIZE') ** 2 * 4 * Float32Array.BYTES_PER_ELEMENT;
}

/** Asks a context of its own, given back at once: browsers allow few. */
function rendererName(): string | undefined {
  const canvas = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
  const gl = canvas.getContext('webgl2') as WebGL2RenderingContext | null;
  if (gl === null) return undefined;
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(unmasked === null ? gl.RENDERER : unmasked.UNMASKED_RENDERER_WEBGL);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return String(name);
}
