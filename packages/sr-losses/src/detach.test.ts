import { add, dispose, grads, mul, scalar, square, type Tensor } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { detach } from './detach.js';

describeOnBackends('detach', () => {
  test('keeps the value and stops the gradient', async () => {
    await expectNoLeaks(async () => {
      const [x, y, one] = [scalar(3), scalar(2), scalar(1)];
      const copy = detach(x);
      await expectClose(copy, [3]);
      // x^2 y with x^2 held: nothing for x, 9 for y.
      const held = (a: Tensor, b: Tensor): Tensor => mul(detach(square(a)), b);
      const slopes = gradientsOf(held as never, [x, y], one);
      await expectClose(slopes[0]!, [0]);
      await expectClose(slopes[1]!, [9]);
      // Beside another way to x, that one alone counts.
      const mixed = grads((a: Tensor, b: Tensor) => add(held(a, b), mul(a, b)))([x, y]);
      await expectClose(mixed[0]!, [2]);
      await expectClose(mixed[1]!, [12]);
      expect(x.isDisposed).toBe(false);
      dispose([x, y, one, copy, ...slopes, ...mixed]);
    });
  });
});
