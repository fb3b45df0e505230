import { reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Values of channels, `[channels]`, as `[1, ..., channels]`, for an operation with a tensor of that rank: with a vector, WebGPU's
 * operations take up to 25 times as long (`npm run bench -- gpu-operations`).
 */
export function perChannel<T extends Tensor = Tensor>(values: Tensor, rank = 4): T {
  return reshape(values, [...Array<number>(rank - 1).fill(1), values.size]) as T;
}
