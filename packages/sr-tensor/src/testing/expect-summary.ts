import type { Tensor } from '@tensorflow/tfjs-core';

/** What an oracle tells of a tensor that is too large for a file: mean, deviation, and every so manieth value. */
export interface TensorSummary {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly step: number;
  readonly samples: readonly number[];
}

/**
 * Fails unless a tensor is what the summary says.
 *
 * @param actual a tensor (not disposed)
 * @param options.tolerance largest difference, in units of the deviation (values grow with the depth of a network), or of the
 *   mean where all values are equal
 * @param options.what how the message calls the tensor; default "a tensor"
 * @throws Error with the first value that is too far away
 */
export async function expectSummary(
  actual: Tensor,
  { shape, mean, deviation, step, samples }: TensorSummary,
  { tolerance, what = 'a tensor' }: { tolerance: number; what?: string },
): Promise<void> {
  if (actual.shape.join() !== shape.join()) {
    throw new Error(`${what}: expected the shape [${shape.join(', ')}], received [${actual.shape.join(', ')}].`);
  }
  const values = (await actual.data()) as Float32Array;
  const unit = deviation || Math.abs(mean);
  const near = (name: string, value: number, wanted: number): void => {
    // NaN is not near either.
    if (Math.abs(value - wanted) / unit < tolerance) return;
    throw new Error(`${what}, ${name}: expected ${wanted} within ${tolerance} of ${unit}, received ${value}.`);
  };
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
  near('mean', average, mean);
  near('deviation', Math.sqrt(variance), deviation);
  for (const [i, sample] of samples.entries()) near(`value ${i * step}`, values[i * step]!, sample);
}
