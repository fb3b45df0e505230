import { mul, type Scalar, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { describeOnBackends, expectClose, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type FeatureNorm, type FeaturePreset, featureLoss } from './feature-loss.js';
import { testLoss } from './testing/index.js';

const layers = ['first', 'second'] as const;

for (const preset of ['johnson', 'gatys'] as const) {
  testLoss(featureLoss({ encoder: tinyEncoder(), layers, preset }), {
    name: `featureLoss, ${preset}`,
    gradients: { order: 2 },
  });
}

/** Features that are the pixels, and the pixels doubled. */
const pixels: Encoder<'pixels' | 'doubled'> = Object.assign(
  (images: Tensor4D) => ({ pixels: images, doubled: mul(images, 2) as Tensor4D }),
  {
    encoderName: 'pixels',
    layers: ['pixels', 'doubled'] as const,
    geometry: () => ({ channels: 3, stride: 1, receptiveField: 1 }),
    dispose: () => {},
  },
);

describeOnBackends('featureLoss', () => {
  test('has the norms it says, summed over weighted layers', async () => {
    const [a, b] = [tensor4d([0, 1, 0.5, 0, 0, 0], [2, 1, 1, 3]), tensor4d([0, 0, 0, 0, 1, 0], [2, 1, 1, 3])];
    // By hand: squared differences 1 + 0.25 and 1, absolute ones 1.5 and 1.
    const value = async (norm: FeatureNorm): Promise<number> =>
      read(featureLoss({ encoder: pixels, layers: ['pixels'], norm })(a, b));
    await expectClose([await value('l2'), await value('l1'), await value('half-sum')], [2.25 / 6, 2.5 / 6, 2.25 / 4]);
    const both = featureLoss({ encoder: pixels, layers: { pixels: 0.5, doubled: 0.1 } });
    await expectClose([await read(both(a, b))], [(0.5 + 0.1 * 4) * (2.25 / 6)]);
    a.dispose();
    b.dispose();
  });
});

test('featureLoss names its presets and norms', () => {
  const encoder = tinyEncoder();
  expect(() => featureLoss({ encoder, preset: 'paper' as FeaturePreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('johnson or') }),
  );
  expect(() => featureLoss({ encoder, norm: 'cosine' as FeatureNorm })).toThrow(
    expect.objectContaining({ code: 'losses/norm', message: expect.stringContaining('half-sum') }),
  );
  expect(featureLoss({ encoder, preset: 'enhancenet' }).features![0]!.layers).toEqual(['pool2', 'pool5']);
  encoder.dispose();
});

async function read(value: Scalar): Promise<number> {
  const [number] = await value.data();
  value.dispose();
  return number!;
}
