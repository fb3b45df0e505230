import { scalar, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeOnBackends } from './describe-on-backends.js';
import { expectClose } from './expect-close.js';
import { expectNoLeaks } from './expect-no-leaks.js';

describeOnBackends('expectations', () => {
  test('expectClose measures in units of the largest expected value, at least 1', async () => {
    await expectClose(tensor1d([1, 1000.005]), [1, 1000]);
    await expectClose([0.000_005], [0]);
    await expect(expectClose(tensor1d([1, 1000.02]), [1, 1000])).rejects.toThrow('expected 1000 at index 1');
    await expect(expectClose([0.000_02], [0])).rejects.toThrow('at index 0');
  });

  test('expectClose refuses NaN, other counts and other shapes', async () => {
    await expect(expectClose([Number.NaN], [1])).rejects.toThrow('received NaN');
    await expect(expectClose([1], [Number.NaN])).rejects.toThrow('expected NaN');
    await expect(expectClose([1, 2], [1])).rejects.toThrow('expected 1 values, received 2');
    await expect(expectClose(tensor1d([1, 2]), tensor2d([[1, 2]]))).rejects.toThrow(
      'expected the shape [1, 2], received [2]',
    );
  });

  test('expectNoLeaks counts what is left', async () => {
    await expectNoLeaks(() => scalar(1).dispose());
    await expect(expectNoLeaks(() => scalar(1))).rejects.toThrow('received 1 (');
  });
});
