import { SrError } from 'sr-tensor';

/** Whether an error, or what caused it, says in the words of any backend that memory ran out. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (SrError.isInstance(error) ? error.code === 'out-of-memory' : words.test(error.message)) return true;
  return isOutOfMemory(error.cause);
}

const words = new RegExp(
  [
    'out of memory', // V8, WebGL and WebGPU
    '\\bOOM\\b', // TensorFlow on a GPU, Emscripten
    'RESOURCE_EXHAUSTED', // TensorFlow
    'allocation failed', // V8: "Array buffer allocation failed"
    'Invalid typed array length', // V8, beyond the largest length
    'memory access out of bounds', // wasm, after malloc returned null
    'Cannot enlarge memory', // Emscripten
    'Requested texture size', // tfjs-backend-webgl: larger than the device allows
  ].join('|'),
  'i',
);
