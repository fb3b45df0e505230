import { grad, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { leakyRelu, prelu, relu } from './activations.js';

describeOnBackends('rectifiers', () => {
  // PyTorch: relu'(0) = 0, leaky_relu'(0) = slope, prelu'(0) = slope.
  test('have the derivative from below at 0', async () => {
    const x = tensor1d([-1, 0, 1]);
    await expectClose(grad((x: Tensor) => relu(x))(x), [0, 0, 1]);
    await expectClose(grad((x: Tensor) => leakyRelu(x, { slope: 0.2 }))(x), [0.2, 0.2, 1]);
    await expectClose(grad((x: Tensor) => prelu(x, tensor1d([0.3])))(x), [0.3, 0.3, 1]);
  });

  test('take any rank and leave no tensors', async () => {
    const x = tensor2d([-1, 2, 3, -4], [2, 2]);
    const slope = tensor1d([0.5, 0.25]);
    await expectNoLeaks(async () => {
      const y = leakyRelu(x);
      await expectClose(y, [-0.01, 2, 3, -0.04]);
      y.dispose();
      relu(x).dispose();
      prelu(x, slope).dispose();
    });
    await expectClose(prelu(x, slope), [-0.5, 2, 3, -1]);
    expect(() => prelu(x, tensor1d([1, 2, 3]))).toThrow('[1] or [2], received [3]');
  });
});
