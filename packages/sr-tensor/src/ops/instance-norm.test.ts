import { ones, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { instanceNorm } from './instance-norm.js';

describeOnBackends('instanceNorm', () => {
  const x = (): Tensor4D => tensor4d([1, 3, 10, 30], [2, 1, 2, 1]);

  test('normalises each image for itself, whatever its contrast', async () => {
    const images = x();
    const parameter = ones([1]);
    await expectNoLeaks(async () => {
      const y = instanceNorm(images, { epsilon: 0 });
      await expectClose(y, [-1, 1, -1, 1]);
      y.dispose();
      instanceNorm(images, { weight: parameter, bias: parameter }).dispose();
    });
  });

  test('refuses parameters of other channels', () => {
    expect(() => instanceNorm(x(), { weight: ones([3]) })).toThrow('instanceNorm: weight: expected the shape [1]');
  });
});
