import { dispose, grad, sum, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeOnBackends, expectClose } from '../testing/index.js';
import { unitLength } from './unit-length.js';

describeOnBackends('unitLength', () => {
  test('makes each position a vector of length 1, and leaves 0', async () => {
    const features = tensor4d([3, 4, 0, 0, -2, 0], [1, 1, 3, 2]);
    const unit = unitLength(features);
    await expectClose(unit, [0.6, 0.8, 0, 0, -1, 0]);
    const slopes = grad((x: Tensor) => sum(unitLength(x as Tensor4D)))(features);
    expect(Array.from(await slopes.data()).every(Number.isFinite)).toBe(true);
    dispose([features, unit, slopes]);
  });
});
