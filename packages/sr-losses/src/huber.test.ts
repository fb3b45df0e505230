import { grad, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type HuberPreset, huber } from './huber.js';
import { l2 } from './l2.js';
import { testLoss } from './testing/index.js';

// Lines here (51 levels and more), a parabola there: no difference crosses the bend.
testLoss(huber(), { name: 'huber, Akella', gradients: { order: 2 } });
testLoss(huber({ preset: 'unit' }), { name: 'huber, unit', gradients: { order: 2 } });

describeOnBackends('huber', () => {
  test('is continuous where it bends: 1/2 with slope 1 at one level, a line beyond', async () => {
    const target = tensor4d([0, 0, 0], [1, 1, 1, 3]);
    const prediction = tensor4d([1 / 255, -2 / 255, 0.5 / 255], [1, 1, 1, 3]);
    const loss = huber({ reduction: 'sum' });
    const value = loss(prediction, target);
    // By hand: 1/2, 2 - 1/2, 0.5^2 / 2.
    await expectClose(value, [0.5 + 1.5 + 0.125]);
    const slopes = grad((x: Tensor) => loss(x as Tensor4D, target))(prediction);
    await expectClose(slopes, [255, -255, 127.5]);
    for (const tensor of [target, prediction, value, slopes]) tensor.dispose();
  });

  test('is half the squared error in [0, 1]', async () => {
    const [target, prediction] = [tensor4d([0, 0.5, 1], [1, 1, 1, 3]), tensor4d([0.9, 0.25, 0], [1, 1, 1, 3])];
    const [half, full] = [huber({ preset: 'unit' })(prediction, target), l2()(prediction, target)];
    await expectClose(half, [(await full.data())[0]! / 2]);
    for (const tensor of [target, prediction, half, full]) tensor.dispose();
  });
});

test('names the presets there are', () => {
  expect(() => huber({ preset: 'paper' as HuberPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('akella or unit') }),
  );
});
