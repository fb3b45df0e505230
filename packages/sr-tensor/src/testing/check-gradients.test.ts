import {
  customGrad,
  mirrorPad,
  mul,
  relu,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkGradients } from './check-gradients.js';
import { describeOnBackends } from './describe-on-backends.js';
import { expectNoLeaks } from './expect-no-leaks.js';

/** x^2 with a gradient of our choice. */
const squareWith = (gradient: (x: Tensor, dy: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor]);
    return { value: square(x as Tensor), gradFunc: (dy: Tensor, [x]: Tensor[]) => gradient(x!, dy) };
  });

describeOnBackends('checkGradients', () => {
  test('accepts right gradients, of several inputs and of second order, and leaves no tensors', async () => {
    const [a, b] = [tensor1d([1, -2, 3]), tensor1d([0.5, 2, -1])];
    await expectNoLeaks(() => checkGradients((a, b) => mul(square(a!), b!), [a, b], { order: 2 }));
    // A scalar output.
    await checkGradients(a => sum(mul(a!, square(a!))), [a], { order: 2 });
  });

  test('rejects a gradient that is wrong by one percent', async () => {
    const fn = squareWith((x, dy) => mul(mul(dy, x), 2.02));
    await expect(checkGradients(fn, [tensor1d([1, -2, 3])])).rejects.toThrow('expected the slope');
  });

  test('finds directions that cross no kink, and says so if there are none', async () => {
    // One of 16 kinks is within the step of most directions, and none of some.
    const x = tensor1d(Array.from({ length: 16 }, (_, i) => (i === 0 ? 2e-3 : i - 8.5)));
    await expect(checkGradients(x => relu(x!), [x], { directions: 8 })).rejects.toThrow('expected the slope');
    await checkGradients(x => relu(x!), [x], { directions: 8, kinks: true });
    const wrong = customGrad(x => ({ value: relu(x as Tensor), gradFunc: (dy: Tensor) => mul(dy, 1.01) }));
    await expect(checkGradients(x => wrong(x!), [tensor1d([1, 2, 3])], { kinks: true })).rejects.toThrow('expected');
    await expect(checkGradients(x => relu(x!), [tensor1d([0])], { kinks: true })).rejects.toThrow('without a kink');
  });

  test('rejects a gradient that is wrong at the border only', async () => {
    const x = tensor4d([1, 2, 3, 4], [1, 1, 4, 1]);
    const fn = (x: Tensor): Tensor =>
      mirrorPad(
        x as Tensor4D,
        [
          [0, 0],
          [0, 0],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      );
    await expect(checkGradients(fn, [x], { step: 0.5 })).rejects.toThrow('expected the slope');
  });

  test('rejects a right gradient whose own gradient is wrong', async () => {
    // 2 x dy from outside of tfjs's sight: x counts as a constant.
    const fn = squareWith((x, dy) => mul(dy, mul(2, detached(x))));
    await checkGradients(fn, [tensor1d([1, -2, 3])]);
    await expect(checkGradients(fn, [tensor1d([1, -2, 3])], { order: 2 })).rejects.toThrow('expected the slope');
  });
});

const detached = customGrad(x => ({ value: (x as Tensor).clone(), gradFunc: (dy: Tensor) => mul(dy, 0) }));
