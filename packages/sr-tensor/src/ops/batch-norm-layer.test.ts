import { type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { constant } from '../initializers.js';
import { Parameters } from '../parameters.js';
import { batchNormLayer, batchNormSpecs } from './batch-norm-layer.js';

describeOnBackends('batchNormLayer', () => {
  test('hands over what the running statistics become, in training only', async () => {
    await expectNoLeaks(async () => {
      const parameters = Parameters.create(batchNormSpecs('norm', 1));
      const x = tensor4d([1, 2, 3, 6], [2, 1, 2, 1]);
      const updates: Record<string, Tensor> = {};
      const update = (name: string, value: Tensor): void => {
        updates[name] = value;
      };
      const inferred = batchNormLayer(x, parameters.scope(), 'norm', { mode: 'inference', update });
      expect(updates).toEqual({});
      // Statistics begin as 0 and 1; epsilon is 1e-5.
      const factor = 1 / Math.sqrt(1 + 1e-5);
      await expectClose(inferred, [factor, 2 * factor, 3 * factor, 6 * factor]);
      const trained = batchNormLayer(x, parameters.scope(), 'norm', { mode: 'training', update }, { epsilon: 0.5 });
      // Mean 3, variance 14/4 (biased, and epsilon: 4) and 14/3 (unbiased), by hand; a tenth of each counts.
      await expectClose(updates['norm.running_mean']!, [0.3]);
      await expectClose(updates['norm.running_var']!, [0.9 + 1.4 / 3]);
      await expectClose(trained, [-1, -0.5, 0, 1.5]);
      for (const tensor of [x, inferred, trained, ...Object.values(updates)]) tensor.dispose();
      parameters.dispose();
    });
  });

  test('has the names of PyTorch, and what it begins with', async () => {
    const specs = batchNormSpecs('bn', 2);
    expect(Object.keys(specs)).toEqual(['bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var']);
    expect(Object.values(specs).map(({ trainable }) => trainable)).toEqual([undefined, undefined, false, false]);
    const parameters = Parameters.create(batchNormSpecs('bn', 2, { init: constant(3) }));
    const begins = { 'bn.weight': 3, 'bn.bias': 0, 'bn.running_mean': 0, 'bn.running_var': 1 };
    for (const [name, value] of Object.entries(begins)) await expectClose(parameters.get(name), [value, value]);
    parameters.dispose();
  });
});
