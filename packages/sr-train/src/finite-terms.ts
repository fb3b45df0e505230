import { getBackend, type Scalar } from '@tensorflow/tfjs-core';

/** Whether a value can be read at no cost. Reading from a GPU stalls it. */
export function readsAreFree(): boolean {
  return !['webgl', 'webgpu'].includes(getBackend());
}

/** Whether all terms are finite, as far as that can be known at no cost: a step of others should change nothing. */
export function areFinite(terms: Readonly<Record<string, Scalar>>): boolean {
  return !readsAreFree() || Object.values(terms).every(term => Number.isFinite(term.dataSync()[0]));
}
