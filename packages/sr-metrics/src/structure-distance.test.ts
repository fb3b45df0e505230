import { dispose, grad, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { afterAll, expect, test } from 'vitest';
import { featureDistancesGolden, tinyPair } from './golden/feature-distances.js';
import { tinyCase } from './golden/tiny-case.js';
import { structureDistance } from './structure-distance.js';
import { testMetric } from './testing/index.js';

const { tiny, tolerance } = featureDistancesGolden;

const shared = tinyEncoder();
afterAll(() => shared.dispose());
testMetric(structureDistance({ encoder: shared }), { best: 0, size: 16 });

describeOnBackends('structureDistance', () => {
  const made = tinyCase(tinyPair);

  test.each(['l1', 'l2'] as const)('has the value and gradient of PyTorch (%s)', async norm => {
    const { encoder, pair } = made();
    const metric = structureDistance({ encoder, norm });
    await expectNoLeaks(async () => {
      expect(Math.abs((await metric(...pair))[0]! - tiny[norm].value)).toBeLessThan(tolerance);
      const value = metric.loss(...pair);
      expect(Math.abs((await value.data())[0]! - tiny[norm].value)).toBeLessThan(tolerance);
      const slope = grad((x: Tensor) => metric.loss(x as Tensor4D, pair[1]))(pair[0]);
      await expectClose(slope, tiny[norm].gradient);
      dispose([value, slope]);
    });
  });

  test('has the gradient of its value, for both pictures', async () => {
    const { encoder, pair } = made();
    // The absolute value has a kink wherever two features are equal; its square has none.
    const { loss } = structureDistance({ encoder, norm: 'l2' });
    await expectNoLeaks(() => checkGradients((x, y) => loss(x as Tensor4D, y as Tensor4D), pair));
  });

  test('adds the layers that it is told', async () => {
    const { encoder, pair } = made();
    const values = await Promise.all(
      [['first'], ['second'], ['first', 'second']].map(async layers => {
        const metric = structureDistance({ encoder, layers: layers as ('first' | 'second')[] });
        return (await metric(...pair))[0]!;
      }),
    );
    expect(values[2]).toBeCloseTo(values[0]! + values[1]!, 6);
  });
});
