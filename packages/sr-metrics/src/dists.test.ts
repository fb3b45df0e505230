import { dispose, grad, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { afterAll, expect, test } from 'vitest';
import { type DistsWeights, dists, readDistsWeights } from './dists.js';
import { featureDistancesGolden, tinyPair } from './golden/feature-distances.js';
import { tinyCase } from './golden/tiny-case.js';
import { testMetric } from './testing/index.js';

const { tiny, tolerance } = featureDistancesGolden;
const weights: DistsWeights = { alpha: Float32Array.from(tiny.alpha), beta: Float32Array.from(tiny.beta) };
const layers = ['first', 'second'] as const;

const shared = tinyEncoder();
afterAll(() => shared.dispose());
testMetric(dists({ encoder: shared, weights, layers }), { best: 0, size: 16 });

describeOnBackends('dists', () => {
  const made = tinyCase(tinyPair);

  test('has the value and gradient of piq', async () => {
    const { encoder, pair } = made();
    const metric = dists({ encoder, weights, layers });
    await expectNoLeaks(async () => {
      expect(Math.abs((await metric(...pair))[0]! - tiny.dists.value)).toBeLessThan(tolerance);
      const value = metric.loss(...pair);
      expect(Math.abs((await value.data())[0]! - tiny.dists.value)).toBeLessThan(tolerance);
      const slope = grad((x: Tensor) => metric.loss(x as Tensor4D, pair[1]))(pair[0]);
      await expectClose(slope, tiny.dists.gradient);
      dispose([value, slope]);
    });
  });

  test('has the gradient of its value, for both pictures', async () => {
    const { encoder, pair } = made();
    const { loss } = dists({ encoder, weights, layers });
    // A shorter step: the similarity of means that are near 0 bends within 0.01; the difference to the slope falls with the square of the step.
    await expectNoLeaks(() => checkGradients((x, y) => loss(x as Tensor4D, y as Tensor4D), pair, { step: 1e-3 }));
  });
});

test('does not depend on the scale of its weights, and refuses those of another network', async () => {
  const pair = tinyPair();
  const tripled = { alpha: weights.alpha.map(w => 3 * w), beta: weights.beta.map(w => 3 * w) };
  const [value] = await dists({ encoder: shared, weights, layers })(...pair);
  expect((await dists({ encoder: shared, weights: tripled, layers })(...pair))[0]).toBeCloseTo(value!, 6);
  expect(() => dists({ encoder: shared, weights, layers: ['first'] })).toThrow(
    'expected 7 weights alpha and as many beta (for 3, 4 channels), received 13 and 13',
  );
  expect(() => readDistsWeights(new Map())).toThrow(expect.objectContaining({ code: 'weights/missing' }));
  dispose(pair);
});
