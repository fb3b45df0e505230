import { dispose, mul, type Scalar, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { l1 } from './l1.js';
import { l2 } from './l2.js';
import { masked } from './masked.js';
import { testLoss } from './testing/index.js';
import { weighted } from './weighted.js';

testLoss(weighted({ absolute: [0.5, l1()], squared: [3, l2()] }), { name: 'weighted', gradients: { order: 2 } });

describeOnBackends('The terms of weighted', () => {
  test('are weighted and add up to the loss', async () => {
    const loss = weighted({
      absolute: [0.5, l1()],
      squared: [3, l2()],
      unused: [
        0,
        () => {
          throw new Error('computed');
        },
      ],
    });
    const [prediction, target] = [tensor4d([0, 0.5, 1], [1, 1, 1, 3]), tensor4d([0.5, 0.5, 0.5], [1, 1, 1, 3])];
    await expectNoLeaks(async () => {
      const terms = loss.terms(prediction, target) as Record<string, Scalar>;
      expect(Object.keys(terms)).toEqual(['absolute', 'squared']);
      // By hand: |differences| 0.5, 0, 0.5.
      await expectClose(terms.absolute!, [0.5 * (1 / 3)]);
      await expectClose(terms.squared!, [3 * (0.5 / 3)]);
      const total = loss(prediction, target);
      await expectClose(total, [0.5 / 3 + 1.5 / 3]);
      for (const tensor of [terms.absolute!, terms.squared!, total]) tensor.dispose();
    });
    prediction.dispose();
    target.dispose();
  });
});

describeOnBackends('weighted of more than two inputs', () => {
  test('passes on whatever a step has', async () => {
    interface Outputs {
      readonly image: Tensor4D;
      readonly branch: Tensor4D;
    }
    interface Batch {
      readonly target: Tensor4D;
      readonly masks: Tensor4D;
    }
    const loss = weighted<'pixel' | 'branch' | 'regions', [outputs: Outputs, batch: Batch, context: { step: number }]>({
      pixel: [1, ({ image }, { target }) => l1()(image, target)],
      branch: [0.5, ({ branch }, { target }) => l2()(branch, target)],
      regions: [2, ({ image }, { target, masks }, { step }) => mul(masked(l2())(image, target, masks), step)],
    });
    const flat = (value: number): Tensor4D => tensor4d([value, value, value], [1, 1, 1, 3]);
    const [image, branch, target, masks] = [flat(0.5), flat(0.25), flat(0), tensor4d([1], [1, 1, 1, 1])];
    await expectNoLeaks(async () => {
      const terms = loss.terms({ image, branch }, { target, masks }, { step: 3 });
      await expectClose(terms.pixel, [0.5]);
      await expectClose(terms.branch, [0.5 * 0.0625]);
      await expectClose(terms.regions, [2 * 3 * 0.25]);
      dispose([terms.pixel, terms.branch, terms.regions]);
    });
    dispose([image, branch, target, masks]);
  });
});

describe('weighted', () => {
  test('tells its weights', () => {
    expect(weighted({ pixel: [0.01, l1()] }).weights).toEqual({ pixel: 0.01 });
  });

  test('refuses a weight that is not finite, and nothing to compute', () => {
    expect(() => weighted({ pixel: [Number.NaN, l1()] })).toThrow(
      expect.objectContaining({ code: 'losses/weight', message: expect.stringContaining('"pixel"') }),
    );
    expect(() => weighted({ pixel: [0, l1()] })).toThrow(expect.objectContaining({ code: 'losses/weight' }));
    expect(() => weighted({})).toThrow(expect.objectContaining({ code: 'losses/weight' }));
  });
});
