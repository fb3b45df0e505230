import { dispose, grad, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose } from 'sr-tensor/testing';
import { test } from 'vitest';
import { power } from './power.js';

describeOnBackends('power', () => {
  test.each([0.5, 0.75, 1, 1.5])('to the %d is that of numbers, with a derivative of 0 at 0', async exponent => {
    const x = tensor1d([0, 0.25, 1, 4]);
    const y = power(x, exponent);
    await expectClose(y, [0, 0.25 ** exponent, 1, 4 ** exponent]);
    const slopes = grad((values: Tensor) => sum(power(values, exponent)))(x);
    const derivative = (value: number): number => exponent * value ** (exponent - 1);
    await expectClose(slopes, [exponent === 1 ? 1 : 0, derivative(0.25), derivative(1), derivative(4)]);
    dispose([x, slopes, ...(exponent === 1 ? [] : [y])]);
  });

  test.each([0.5, 0.75, 1.5])('to the %d has the gradients of its value, and of those', async exponent => {
    const x = tensor1d([0.5, 1, 3]);
    await checkGradients(values => power(values, exponent), [x], { order: 2 });
    dispose(x);
  });
});
