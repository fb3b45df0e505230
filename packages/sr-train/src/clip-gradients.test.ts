import { dispose, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { test } from 'vitest';
import { clipGradients } from './clip-gradients.js';

describeOnBackends('clipGradients', () => {
  test('scales all gradients by their common norm, and only if it is too large', async () => {
    await expectNoLeaks(async () => {
      // The norm is 13: 3, 4 and 12.
      const gradients = { a: tensor1d([3, 4]), b: tensor2d([[12]]) };
      const clipped = clipGradients(gradients, 6.5);
      await expectClose(clipped.a!, [1.5, 2]);
      await expectClose(clipped.b!, [6]);
      const whole = clipGradients(gradients, 14);
      await expectClose(whole.a!, [3, 4]);
      dispose([gradients, clipped, whole]);
    });
  });
});
