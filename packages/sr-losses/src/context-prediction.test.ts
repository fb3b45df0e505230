import {
  add,
  dispose,
  matMul,
  scalar,
  slice,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import {
  type Context,
  contextNegatives,
  contextPredictionLoss,
  contextPredictionSuccess,
  contextTargets,
  type Place,
} from './context-prediction.js';
import { draw, valuesOf } from './golden/extractor.js';
import golden from './golden/extractor.json' with { type: 'json' };

const contexts = Object.keys(golden.contextPrediction) as Context[];

describeOnBackends('contextPredictionLoss', () => {
  test.each(contexts)(`%s equals ${golden.tool} ${golden.version}`, async context => {
    await expectNoLeaks(async () => {
      const { spacing, gamma, targets, value: expected, gradient } = golden.contextPrediction[context];
      const features = draw(11, [2, 9, 10, 4], 1);
      const weight = draw(12, [context === 'cross' ? 16 : 8, 4], 0.5);
      const one = scalar(1);
      const loss = (x: Tensor, w: Tensor): Tensor =>
        contextPredictionLoss(x as Tensor4D, {
          predict: around => matMul(around, w as Tensor2D),
          targets: targets as unknown as Place[],
          spacing,
          context,
          gamma,
        });
      const value = loss(features, weight);
      await expectClose(value, [expected], golden);
      const slopes = gradientsOf(loss as never, [features, weight], one);
      await expectClose(await valuesOf(slopes), gradient, golden);
      dispose([features, weight, one, value, ...slopes]);
    });
  });

  test(`success equals ${golden.tool} ${golden.version}`, async () => {
    await expectNoLeaks(async () => {
      const { spacing, targets, context, features: values } = golden.success;
      const features = tensor(values, [1, 9, 10, 4]) as Tensor4D;
      const success = contextPredictionSuccess(features, {
        predict: around => add(slice(around, [0, 0], [-1, 4]), slice(around, [0, 4], [-1, 4])),
        targets: targets as unknown as Place[],
        spacing,
      });
      expect(success.shape).toEqual([1, targets.length]);
      expect([...(await success.data())]).toEqual(context);
      dispose([features, success]);
    });
  });

  test('has the gradients of its value', async () => {
    const [features, weight] = [draw(1, [1, 5, 7, 3], 1), draw(2, [6, 3], 1)];
    await checkGradients(
      (x, w) =>
        contextPredictionLoss(x as Tensor4D, {
          predict: around => matMul(around, w as Tensor2D),
          targets: [
            [2, 3],
            [0, 2],
          ],
          spacing: 2,
          gamma: 2,
        }),
      [features, weight],
    );
    dispose([features, weight]);
  });
});

describe('contextNegatives', () => {
  // methods: F^2 - (4d - 1)(2d - 1); d = 6 for a receptive field of 21 at stride 4.
  test.each([
    [48, 2051],
    [100, 9747],
  ])('of a map of %d cells are %d', (size, expected) => {
    const mask = contextNegatives([size / 2, size / 2], { height: size, width: size, spacing: 6 });
    expect(mask.reduce((sum, x) => sum + x, 0)).toBe(expected);
  });

  test.each(contexts)('%s are as many as those whose fields share no pixel', context => {
    const { spacing, targets, negativesOfLastTarget } = golden.contextPrediction[context];
    const mask = contextNegatives(targets.at(-1) as unknown as Place, { height: 9, width: 10, spacing, context });
    expect(mask.reduce((sum, x) => sum + x, 0)).toBe(negativesOfLastTarget);
  });
});

describe('contextTargets', () => {
  test('have their whole context on the map', () => {
    const size = { height: 48, width: 40, spacing: 6 };
    expect(contextTargets(size)).toEqual({ rows: [0, 47], columns: [6, 33] });
    expect(contextTargets({ ...size, context: 'vertical' })).toEqual({ rows: [6, 41], columns: [0, 39] });
    expect(contextTargets({ ...size, context: 'cross' })).toEqual({ rows: [6, 41], columns: [6, 33] });
    expect(() => contextTargets({ height: 4, width: 12, spacing: 6 })).toThrow(
      expect.objectContaining({ code: 'losses/place', message: expect.stringContaining('1 x 13') }),
    );
  });

  test('are asked for', () => {
    const features = draw(1, [1, 5, 7, 3], 1) as Tensor4D;
    const options = { predict: (x: Tensor2D) => x, spacing: 2 };
    expect(() => contextPredictionLoss(features, { ...options, targets: [[2, 1]] })).toThrow(
      expect.objectContaining({ code: 'losses/place' }),
    );
    expect(() =>
      contextPredictionLoss(features, { ...options, targets: [[2, 3]], context: 'diagonal' as Context }),
    ).toThrow(expect.objectContaining({ code: 'losses/context' }));
    features.dispose();
  });
});
