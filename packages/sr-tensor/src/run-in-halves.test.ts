import { dispose, profile, randomUniform, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { torchDefault } from './initializers.js';
import { defineNetwork, type Network } from './network.js';
import { conv2d } from './ops/conv2d.js';
import { pixelShuffle } from './ops/pixel-shuffle.js';
import { Parameters, runNetwork } from './parameters.js';
import { prefersHalves, runInHalves } from './run-in-halves.js';

/** Two convolutions, x2. */
const network: Network = defineNetwork({
  name: 'two',
  scale: 2,
  radius: 3,
  parameters: {
    'head.weight': { shape: [5, 5, 3, 4], layout: 'conv', init: torchDefault },
    'tail.weight': { shape: [3, 3, 4, 12], layout: 'conv', init: torchDefault },
  },
  apply: (x, p) => pixelShuffle(conv2d(conv2d(x, p('head'), { activation: 'relu' }), p('tail')), 2),
});

describeOnBackends('runInHalves', backend => {
  test.each([24, 25, 6, 7])('gives the same for %i rows as the whole image', async height => {
    await expectNoLeaks(async () => {
      const parameters = Parameters.create(network.parameters, { seed: 1 });
      const image = randomUniform([1, height, 9, 3], 0, 1, 'float32', 1) as Tensor4D;
      const apply = (x: Tensor4D): Tensor4D =>
        network.apply(x, parameters.scope(), { mode: 'inference', update: () => {} });
      const whole = tidy(() => apply(image));
      const joined = tidy(() => runInHalves(network, image, apply));
      expect(joined.shape).toEqual([1, height * 2, 18, 3]);
      await expectClose(joined, whole);
      dispose([image, whole, joined]);
      parameters.dispose();
    });
  });

  test('is how one tall image runs on native, and nothing else', async () => {
    const parameters = Parameters.create(network.parameters, { seed: 1 });
    const batches = async (shape: [number, number, number, number], mode: 'inference' | 'training' = 'inference') => {
      const image = randomUniform(shape, 0, 1, 'float32', 1) as Tensor4D;
      const { kernels } = await profile(() => {
        const { output } = runNetwork({ network, parameters }, image, { mode });
        return output;
      });
      image.dispose();
      return kernels.some(({ outputShapes }) => outputShapes.some(s => s?.[0] === 2 && s[3] === 12)) ? 2 : 1;
    };
    const halved = backend === 'native' && prefersHalves(network, [1, 24]) ? 2 : 1;
    expect(await batches([1, 24, 9, 3])).toBe(halved);
    expect(await batches([1, 23, 9, 3])).toBe(1);
    expect(await batches([1, 24, 9, 3], 'training')).toBe(1);
    parameters.dispose();
  });
});
