import { concat, slice, type Tensor4D } from '@tensorflow/tfjs-core';
import { nativeBackend } from './backend/native-ops.js';
import type { Network } from './network.js';

/**
 * Whether one image is computed faster as a batch of its upper and lower half.
 *
 * oneDNN has its fast convolution on AVX2 (`brg_conv_fwd:avx2`) for batches of two and more only: 0.55 of the time that
 * TensorFlow's own convolution takes for one image (32 channels, 256 x 256).
 */
export function prefersHalves(network: Pick<Network, 'radius'>, [batch, height]: readonly number[]): boolean {
  if (batch !== 1 || !nativeBackend()?.hasOneDnn) return false;
  // Both halves compute the rows around the cut; with more than a quarter of them little is gained.
  return network.radius * 8 <= height!;
}

/**
 * Applies a network to one image as a batch of two: its upper and its lower half, each with as many rows of the other
 * as the network sees.
 *
 * @param images `[1, height, width, 3]`, of at least twice the network's radius in height
 * @returns what `apply` gives for the whole image
 */
export function runInHalves(
  { radius, scale }: Pick<Network, 'radius' | 'scale'>,
  images: Tensor4D,
  apply: (halves: Tensor4D) => Tensor4D,
): Tensor4D {
  const height = images.shape[1];
  const upper = Math.ceil(height / 2);
  const rows = upper + radius;
  const halves = concat([slice(images, 0, [1, rows, -1, -1]), slice(images, [0, height - rows], [1, rows, -1, -1])]);
  const outputs = apply(halves);
  const lower = height - upper;
  return concat(
    [
      slice(outputs, 0, [1, upper * scale, -1, -1]),
      slice(outputs, [1, (rows - lower) * scale], [1, lower * scale, -1, -1]),
    ],
    1,
  );
}
