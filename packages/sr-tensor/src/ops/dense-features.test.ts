import { dispose, randomUniform, type Tensor4D, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { denseFeatures } from './dense-features.js';

// Values and gradients: conformance.test.ts.
describeOnBackends('denseFeatures', () => {
  test('says what does not fit', async () => {
    const x = randomUniform([1, 4, 4, 2]) as Tensor4D;
    const bias = zeros([3]);
    const [weight, wide] = [zeros([3, 3, 2, 3]), zeros([3, 3, 6, 3])];
    await expectNoLeaks(async () => {
      expect(() =>
        denseFeatures(x, [
          { weight, bias },
          { weight, bias },
        ]),
      ).toThrow('[3, 3, 5, out]');
      expect(() =>
        denseFeatures(x, [
          { weight, bias },
          { weight: wide, bias },
        ]),
      ).toThrow('received [3, 3, 6, 3]');
      expect(() => denseFeatures(x, [{ weight }])).toThrow('expected a bias in each layer');
    });
    dispose([x, bias, weight, wide]);
  });
});
