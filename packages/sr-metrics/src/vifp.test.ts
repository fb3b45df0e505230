import { dispose, type Tensor4D, zeros } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { expectGoldenLoss } from './golden/expect-golden-loss.js';
import { goldenCases, losses, noisePair, tolerance } from './golden/full-reference.js';
import { goldenPairs, patternPair } from './golden/metrics.js';
import { testMetric } from './testing/index.js';
import { vifp } from './vifp.js';

testMetric(vifp, { best: 1, leastSize: 41, size: 44, tolerance: 1e-9, canExceedBest: true });

describe('vifp', () => {
  test.each(goldenCases())('of $name equals piq', async ({ read, vifp: expected, vifpSwapped }) => {
    const [result, reference] = await read();
    expect(Math.abs((await vifp(result, reference))[0]! - expected)).toBeLessThan(tolerance);
    const [swapped] = await vifp(result, reference, { preset: 'akella' });
    expect(Math.abs(swapped! - vifpSwapped)).toBeLessThan(tolerance);
  });

  // Methods 1.8: values of the authors' vifp_mscale.m, as piq's tests hold them.
  test.each(goldenPairs().filter(({ name }) => /(goldhill_jpeg|i01_01_5).*rgb, crop 0/.test(name)))(
    'of $name has the published value',
    async ({ name, read }) => {
      const [result, reference] = await read();
      expect((await vifp(result, reference))[0]).toBeCloseTo(name.includes('goldhill') ? 0.2665 : 0.3147, 4);
    },
  );

  test('of a flat result is 0, of flat pictures 1, and more contrast exceeds 1', async () => {
    const [pattern] = patternPair(48, 48);
    const flat: Picture = { ...pattern, data: new Uint8Array(48 * 48).fill(90) };
    expect((await vifp(flat, pattern))[0]).toBeCloseTo(0, 9);
    expect((await vifp(flat, flat))[0]).toBe(1);
    const low: Picture = { ...pattern, data: pattern.data.map(value => 100 + value / 8) };
    const high: Picture = { ...pattern, data: low.data.map(value => 2 * (value - 100) + 100) };
    expect((await vifp(high, low))[0]).toBeGreaterThan(1.1);
  });
});

describeOnBackends('vifp.loss', () => {
  test('is 1 - vifp', async () => {
    const [a, b] = patternPair(50, 61);
    const [prediction, target] = [pictureToTensor(a), pictureToTensor(b)];
    await expectNoLeaks(async () => {
      const loss = vifp.loss(prediction, target);
      expect((await loss.data())[0]).toBeCloseTo(1 - (await vifp(a, b))[0]!, 4);
      loss.dispose();
    });
    dispose([prediction, target]);
  });

  test('has the value and gradient of piq', async () => {
    await expectNoLeaks(() => expectGoldenLoss('vifp', vifp.loss));
  });

  test('has the gradient of its value', async () => {
    const [prediction, target] = noisePair(losses.vifp.size);
    await expectNoLeaks(() =>
      checkGradients(x => vifp.loss(x as Tensor4D, target), [prediction], { directions: 2, step: 5e-3 }),
    );
    dispose([prediction, target]);
  });

  test('refuses other shapes and pictures below the window', () => {
    const [a, b] = [zeros([1, 41, 41, 3]) as Tensor4D, zeros([1, 41, 42, 3]) as Tensor4D];
    expect(() => vifp.loss(a, b)).toThrow('[1, 41, 41, 3] and [1, 41, 42, 3]');
    const small = zeros([1, 40, 50, 3]) as Tensor4D;
    expect(() => vifp.loss(small, small)).toThrow('at least 41 x 41 pixels, received 50 x 40');
    dispose([a, b, small]);
  });
});
