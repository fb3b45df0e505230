import { memory } from '@tensorflow/tfjs-core';

/**
 * Fails if `body` leaves tensors behind.
 *
 * Run it while nothing else uses the backend: the count is global.
 *
 * @throws Error with both counts
 * @example
 * await expectNoLeaks(async () => {
 *   const y = pixelShuffle(x, 2);
 *   y.dispose();
 * });
 */
export async function expectNoLeaks(body: () => unknown): Promise<void> {
  const before = memory().numTensors;
  await body();
  const after = memory().numTensors;
  if (after !== before)
    throw new Error(`expected no tensors to be left, received ${after - before} (${before} before, ${after} after).`);
}
