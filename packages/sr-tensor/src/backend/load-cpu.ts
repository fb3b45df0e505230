import { setBackend } from '@tensorflow/tfjs-core';
import type { Availability } from './types.js';

/** The plain JavaScript backend: right, everywhere, and a hundred times slower than the others. */
export async function loadCpu(): Promise<Availability> {
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  return { available: true, device: 'plain JavaScript, 1 thread' };
}
