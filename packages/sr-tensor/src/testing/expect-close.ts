import { Tensor } from '@tensorflow/tfjs-core';

export interface CloseOptions {
  /** Largest difference, in units of max(1, largest expected magnitude). Default 1e-5, about 100 float32 roundings. */
  tolerance?: number;
}

/**
 * Fails unless all values are close to the expected ones.
 *
 * @param actual a tensor (not disposed) or numbers
 * @param expected as many; shapes are compared where both are tensors
 * @throws Error with the place and size of the largest difference
 */
export async function expectClose(
  actual: Tensor | ArrayLike<number>,
  expected: Tensor | ArrayLike<number>,
  { tolerance = 1e-5 }: CloseOptions = {},
): Promise<void> {
  if (actual instanceof Tensor && expected instanceof Tensor && actual.shape.join() !== expected.shape.join())
    throw new Error(`expected the shape [${expected.shape.join(', ')}], received [${actual.shape.join(', ')}].`);
  const a = actual instanceof Tensor ? await actual.data() : actual;
  const b = expected instanceof Tensor ? await expected.data() : expected;
  if (a.length !== b.length) throw new Error(`expected ${b.length} values, received ${a.length}.`);
  let scale = 1;
  for (let i = 0; i < b.length; i++) scale = Math.max(scale, Math.abs(b[i]!));
  let worst = -1;
  let difference = tolerance * scale;
  for (let i = 0; i < b.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (d <= difference) continue;
    worst = i;
    // NaN: nothing is further away.
    if (Number.isNaN(d)) break;
    difference = d;
  }
  if (worst >= 0) {
    throw new Error(
      `expected ${b[worst]} at index ${worst} within ${tolerance} of the scale ${scale}, received ${a[worst]}.`,
    );
  }
}
