import { gather, reshape, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';
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
  const halves = takeRows(images, [...range(0, rows), ...range(height - rows, height)], 2);
  const outputs = apply(halves);
  // Of the lower half's rows, counted on from the upper one's, the first are the upper one's.
  const lower = range(2 * rows - (height - upper), 2 * rows);
  return takeRows(
    outputs,
    [...range(0, upper), ...lower].flatMap(row => range(row * scale, (row + 1) * scale)),
    1,
  );
}

/** These rows of the images, counted through the whole batch, as a batch of so many images: one copy. */
function takeRows(images: Tensor4D, rows: readonly number[], batch: number): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const taken = gather(reshape(images, [count * height, width * channels]), tensor1d([...rows], 'int32'));
  return reshape(taken, [batch, rows.length / batch, width, channels]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
