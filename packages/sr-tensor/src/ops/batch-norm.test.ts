import { ones, type Tensor4D, tensor1d, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { batchNorm } from './batch-norm.js';

describeOnBackends('batchNorm', () => {
  const x = (): Tensor4D => tensor4d([1, 2, 3, 6], [2, 1, 2, 1]);

  // Mean 3, variance 14/4 (biased) and 14/3 (unbiased), by hand.
  test('returns what the running statistics become and changes nothing', async () => {
    const parameters = {
      weight: ones([1]),
      bias: zeros([1]),
      runningMean: tensor1d([1]),
      runningVariance: tensor1d([2]),
    };
    const images = x();
    await expectNoLeaks(async () => {
      const { output, running } = batchNorm(images, parameters, { mode: 'training', momentum: 0.5 });
      await expectClose(running!.mean, [2]);
      await expectClose(running!.variance, [(2 + 14 / 3) / 2]);
      const deviation = Math.sqrt(3.5 + 1e-5);
      await expectClose(output, [-2 / deviation, -1 / deviation, 0, 3 / deviation]);
      for (const t of [output, running!.mean, running!.variance]) t.dispose();
    });
    await expectClose(parameters.runningMean, [1]);
    await expectNoLeaks(async () => {
      const { output, running } = batchNorm(images, parameters, { mode: 'inference' });
      expect(running).toBeUndefined();
      const deviation = Math.sqrt(2 + 1e-5);
      await expectClose(output, [0, 1 / deviation, 2 / deviation, 5 / deviation]);
      output.dispose();
    });
  });

  test('refuses parameters of other channels', () => {
    const two = ones([2]);
    const parameters = { weight: two, bias: two, runningMean: two, runningVariance: two };
    expect(() => batchNorm(x(), parameters, { mode: 'training' })).toThrow('expected the shape [1], received [2]');
  });
});
