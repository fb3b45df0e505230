import { getBackend } from '@tensorflow/tfjs-core';
import { type Network, type Picture, SrError } from 'sr-tensor';

/**
 * Bytes that a network needs for a pixel of its input, about: the output of every convolution, for a network that frees
 * nothing before its end, and the result with what is added to it.
 */
export function bytesPerPixel({ parameters, scale }: Pick<Network, 'parameters' | 'scale'>): number {
  const kernels = Object.values(parameters).filter(({ shape }) => shape.length === 4);
  const features = kernels.reduce((sum, { shape }) => sum + shape[3]!, 0);
  return 4 * (features + 3 * 3 * scale ** 2);
}

/**
 * The side of the largest square tile for which `bytes` of memory are enough and whose tensors have no more than
 * `largestTensor` bytes.
 */
export function tileSideFor(network: Network, bytes: number, largestTensor: number = Number.POSITIVE_INFINITY): number {
  const pixels = Math.min(bytes / bytesPerPixel(network), largestTensor / largestBytesPerPixel(network));
  return Math.floor(Math.sqrt(pixels));
}

/** Of the largest tensor, for a network that has all of its features in the size of the result. */
function largestBytesPerPixel({ parameters, scale }: Pick<Network, 'parameters' | 'scale'>): number {
  const features = Object.values(parameters).map(({ shape }) => (shape.length === 4 ? shape[3]! : 0));
  return 4 * Math.max(3, ...features) * scale ** 2;
}

/**
 * Throws `out-of-memory` if a window needs more than the wasm backend has, which itself would not notice: a kernel whose
 * allocation fails there writes to address 0.
 */
export function checkWasmMemory(network: Network, { width, height }: Picture): void {
  if (getBackend() !== 'wasm' || width * height * bytesPerPixel(network) <= wasmMemory) return;
  throw new SrError({
    code: 'out-of-memory',
    message: `The wasm backend has no memory for a tile of ${width} x ${height} pixels.`,
  });
}

/** Half of the 4 GiB that 32-bit addresses reach: freed memory is not always in one piece. */
const wasmMemory = 2 * 2 ** 30;
