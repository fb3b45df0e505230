import { dispose, grad, type Scalar, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { expectClose } from 'sr-tensor/testing';
import { expect } from 'vitest';
import { gradientStep, losses, smoothPair, tolerance } from './full-reference.js';

/** Value and gradient of a loss against PyTorch's autograd through piq. */
export async function expectGoldenLoss(
  name: keyof typeof losses,
  loss: (prediction: Tensor4D, target: Tensor4D) => Scalar,
): Promise<void> {
  const golden = losses[name];
  const [prediction, target] = smoothPair(golden.size);
  const value = loss(prediction, target);
  expect(Math.abs((await value.data())[0]! - golden.value)).toBeLessThan(tolerance);
  const slope = grad((x: Tensor) => loss(x as Tensor4D, target))(prediction);
  const scale = golden.norm / Math.sqrt(slope.size);
  const relative = (values: ArrayLike<number>) => Float64Array.from(values, each => each / scale);
  const sparse = (await slope.data()).filter((_, i) => i % gradientStep === 0);
  // In units of the gradient's root mean square: float32 sums over windows of up to 289 pixels.
  await expectClose(relative(sparse), relative(golden.gradient), { tolerance: 1e-3 });
  dispose([prediction, target, value, slope]);
}
