import { scalar, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeOnBackends } from './describe-on-backends.js';
import { expectClose } from './expect-close.js';
import { expectNoLeaks } from './expect-no-leaks.js';
import { expectSummary } from './expect-summary.js';

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

  test('expectSummary measures in units of the deviation', async () => {
    // Mean 100 and deviation 2, by hand.
    const values = tensor1d([98, 102, 98, 102]);
    const summary = { shape: [4], mean: 100, deviation: 2, step: 3, samples: [98, 102] };
    await expectSummary(values, summary, { tolerance: 1e-6 });
    await expectSummary(values, { ...summary, mean: 100.019 }, { tolerance: 1e-2 });
    for (const [wrong, message] of [
      [{ mean: 100.021 }, 'mean: expected 100.021'],
      [{ deviation: 2.03 }, 'deviation: expected 2.03'],
      [{ samples: [98, 102.021] }, 'value 3: expected 102.021'],
      [{ shape: [2, 2] }, 'expected the shape [2, 2], received [4]'],
    ] as const) {
      await expect(expectSummary(values, { ...summary, ...wrong }, { tolerance: 1e-2 })).rejects.toThrow(message);
    }
    const bad = tensor1d([98, Number.NaN, 98, 102]);
    await expect(expectSummary(bad, summary, { tolerance: 1 })).rejects.toThrow('received NaN');
    const one = { shape: [1], mean: 5, deviation: 0, step: 1, samples: [5] };
    await expectSummary(tensor1d([5]), one, { tolerance: 1e-6 });
    await expect(expectSummary(tensor1d([5.1]), one, { tolerance: 1e-2 })).rejects.toThrow('expected 5');
  });

  test('expectNoLeaks counts what is left', async () => {
    await expectNoLeaks(() => scalar(1).dispose());
    await expect(expectNoLeaks(() => scalar(1))).rejects.toThrow('received 1 (');
  });
});
