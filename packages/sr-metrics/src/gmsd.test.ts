import { dispose, type Tensor4D, zeros } from '@tensorflow/tfjs-core';
import { pictureToTensor } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { gmsd } from './gmsd.js';
import { expectGoldenLoss } from './golden/expect-golden-loss.js';
import { goldenCases, losses, noisePair, tolerance } from './golden/full-reference.js';
import { patternPair } from './golden/metrics.js';
import { tidCases } from './golden/tid.js';
import { testMetric } from './testing/index.js';

testMetric(gmsd, { best: 0 });

describe('gmsd', () => {
  test.each(goldenCases())('of $name equals piq', async ({ read, gmsd: expected }) => {
    const [result, reference] = await read();
    expect(Math.abs((await gmsd(result, reference))[0]! - expected)).toBeLessThan(tolerance);
  });

  test.each(tidCases('gmsd'))('of TID $name is as the authors print it', async ({ read, official }) => {
    const [result, reference] = await read();
    // GMSD.m on rgb2gray's 8 bits, dividing by N - 1.
    const [value] = await gmsd(result, reference, { roundLuma: true });
    expect(Math.abs(value! - official)).toBeLessThan(tolerance);
  });

  test('is the same whichever of both is the reference', async () => {
    const [a, b] = patternPair(40, 23);
    const [[there], [back]] = [await gmsd(a, b), await gmsd(b, a)];
    expect(there).toBeGreaterThan(0.01);
    expect(back).toBeCloseTo(there!, 12);
  });
});

describeOnBackends('gmsd.loss', () => {
  test('is gmsd', async () => {
    const [a, b] = patternPair(40, 23);
    const [prediction, target] = [pictureToTensor(a), pictureToTensor(b)];
    await expectNoLeaks(async () => {
      const loss = gmsd.loss(prediction, target);
      expect((await loss.data())[0]).toBeCloseTo((await gmsd(a, b))[0]!, 5);
      loss.dispose();
    });
    dispose([prediction, target]);
  });

  test('has the value and gradient of piq', async () => {
    await expectNoLeaks(() => expectGoldenLoss('gmsd', gmsd.loss));
  });

  test('has the gradient of its value', async () => {
    const [prediction, target] = noisePair(losses.gmsd.size);
    await expectNoLeaks(() =>
      checkGradients((x, y) => gmsd.loss(x as Tensor4D, y as Tensor4D), [prediction, target], { step: 4e-4 }),
    );
    dispose([prediction, target]);
  });

  test('has a finite gradient for equal and for flat pictures', async () => {
    const flat = zeros([1, 8, 8, 3]) as Tensor4D;
    const value = gmsd.loss(flat, flat);
    const [slope] = gradientsOf((x, y) => gmsd.loss(x as Tensor4D, y as Tensor4D), [flat, flat], value);
    expect([...(await slope!.data())].every(Number.isFinite)).toBe(true);
    dispose([flat, value, slope!]);
  });

  test('refuses other shapes', () => {
    const [a, b] = [zeros([1, 8, 8, 3]) as Tensor4D, zeros([1, 8, 9, 3]) as Tensor4D];
    expect(() => gmsd.loss(a, b)).toThrow('[1, 8, 8, 3] and [1, 8, 9, 3]');
    dispose([a, b]);
  });
});
