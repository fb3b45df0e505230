import { addN, dispose, keep, type Scalar, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import {
  charbonnier,
  featureLoss,
  gradientMapLoss,
  l1,
  l2,
  masked,
  structureLoss,
  textureLoss,
  totalVariation,
  weighted,
} from 'sr-losses';
import { type Encoder, gradientMap, Random, resize } from 'sr-tensor';
import { describeOnBackends, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { buildLoss } from './build-losses.js';
import { buildTrainer } from './build-trainer.js';
import { defineRecipe } from './check-recipe.js';
import { neededLayers } from './needed-layers.js';
import type { RecipeLoss } from './recipe-loss.js';
import type { StepOutputs, StepTensors } from './trainer.js';

const noise = (seed: number, ...shape: [number, number, number, number]): Tensor4D => {
  const random = new Random(seed);
  return tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform()),
    shape,
  );
};

describeOnBackends('buildLoss', () => {
  test('makes of data what code makes', async () => {
    const encoder = tinyEncoder() as Encoder;
    const outputs: StepOutputs = {
      image: noise(1, 2, 8, 8, 3),
      x2: noise(2, 2, 4, 4, 3),
      gradient: noise(3, 2, 8, 8, 3),
    };
    const sample: StepTensors = {
      input: noise(4, 2, 2, 2, 3),
      target: noise(5, 2, 8, 8, 3),
      masks: noise(6, 2, 8, 8, 2),
    };
    const { image, x2, gradient } = outputs as Record<'image' | 'x2' | 'gradient', Tensor4D>;
    const { target, masks } = sample as Required<StepTensors>;
    const layers = { first: 2, second: 0.5 };
    const cases: [RecipeLoss, () => Scalar][] = [
      [{ kind: 'l1', weight: 2 }, () => l1()(image, target)],
      [{ kind: 'l2', weight: 1, reduction: 'sum' }, () => l2({ reduction: 'sum' })(image, target)],
      [
        { kind: 'charbonnier', weight: 1, preset: 'lapsrn', epsilon: 0.1, output: 'x2' },
        () => charbonnier({ preset: 'lapsrn', epsilon: 0.1 })(x2, resize(target, { height: 4, width: 4 })),
      ],
      [{ kind: 'total-variation', weight: 1, preset: 'basicsr' }, () => totalVariation({ preset: 'basicsr' })(image)],
      [{ kind: 'gradient-map', weight: 1, preset: 'code' }, () => gradientMapLoss({ preset: 'code' })(image, target)],
      [{ kind: 'gradient-map', weight: 1, output: 'gradient' }, () => l1()(gradient, gradientMap(target))],
      [
        { kind: 'feature', weight: 1, encoder: 'tiny', layers, norm: 'l1' },
        () => featureLoss({ encoder, layers, norm: 'l1' })(image, target),
      ],
      [
        { kind: 'structure', weight: 1, encoder: 'tiny', norm: 'l2' },
        () => structureLoss({ encoder, norm: 'l2' })(image, target),
      ],
      [
        { kind: 'texture', weight: 1, encoder: 'tiny', layers: ['second'], masked: true },
        () => masked(textureLoss({ encoder, layers: ['second'] }))(image, target, masks),
      ],
    ];
    for (const [loss, direct] of cases) {
      const { term } = buildLoss('loss', loss, { encoders: { tiny: encoder }, discriminators: {} });
      const [received, expected] = tidy(() => [term(outputs, sample), direct()]);
      expect(await received!.data(), loss.kind).toEqual(await expected!.data());
      dispose([received!, expected!]);
    }
    dispose([{ ...outputs }, { ...sample }]);
    encoder.dispose();
  });
});

describeOnBackends(
  'Losses of one encoder',
  () => {
    test('share what it computes', () => {
      const encoder = tinyEncoder() as Encoder;
      let runs = 0;
      const counted: Encoder = Object.assign(
        (...inputs: Parameters<Encoder>) => {
          runs++;
          return encoder(...inputs);
        },
        { ...encoder },
      );
      const build = (loss: RecipeLoss) =>
        buildLoss('loss', loss, { encoders: { tiny: counted }, discriminators: {} }).term;
      const sum = weighted<string, [StepOutputs, StepTensors]>({
        feature: [1, build({ kind: 'feature', weight: 1, encoder: 'tiny', layers: ['first'] })],
        texture: [1, build({ kind: 'texture', weight: 1, encoder: 'tiny', layers: ['second'] })],
      });
      const [image, target] = [noise(1, 1, 8, 8, 3), noise(2, 1, 8, 8, 3)];
      const terms = keep(addN(Object.values(sum.terms({ image }, { input: image, target }))));
      // Of the prediction and of the target.
      expect(runs).toBe(2);
      dispose([image, target, terms]);
      encoder.dispose();
    });

    test('say which masks, layers and outputs are missing', () => {
      const encoder = tinyEncoder() as Encoder;
      const build = (losses: Record<string, RecipeLoss>) =>
        buildTrainer(
          defineRecipe({
            name: 'x',
            network: { name: 'lapsrn', config: { scale: 4, channels: 2, depth: 1 } },
            losses,
            encoders: { vgg: { network: 'vgg19' } },
            optimizer: { kind: 'adam' },
            schedule: { kind: 'constant', learningRate: 1e-3 },
            steps: 1,
            data: { batchSize: 1, patchSize: 4 },
          }),
          { encoders: { vgg: encoder } },
        );
      expect(() => build({ a: { kind: 'texture', weight: 1, encoder: 'vgg' } })).toThrow(
        'Recipe: losses.a.layers: the encoder "vgg" (tiny) has no layer "relu2_2"; it has first, second.',
      );
      expect(() => build({ a: { kind: 'l1', weight: 1, output: 'x3' } })).toThrow(
        'Recipe: losses.a.output: lapsrn has no output "x3"; beside its picture it has x2.',
      );
      const trainer = build({ a: { kind: 'texture', weight: 1, encoder: 'vgg', layers: ['first'], masked: true } });
      const [input, target] = [noise(1, 1, 4, 4, 3), noise(2, 1, 16, 16, 3)];
      expect(() => trainer.step({ input, target })).toThrow(expect.objectContaining({ code: 'train/masks' }));
      trainer.dispose();
      dispose([input, target]);
    });
  },
  { only: ['cpu'] },
);

test('neededLayers tells what encoders are asked for, in any phase', () => {
  const recipe = defineRecipe({
    name: 'x',
    network: { name: 'compact', config: { scale: 4 } },
    losses: {
      pixel: { kind: 'l2', weight: 1 },
      texture: { kind: 'texture', weight: 0, encoder: 'vgg' },
      feature: { kind: 'feature', weight: 0.1, encoder: 'vgg', preset: 'srgan' },
      structure: { kind: 'structure', weight: 1, encoder: 'extractor' },
      off: { kind: 'feature', weight: 0, encoder: 'unused' },
      adversarial: { kind: 'adversarial', weight: 1, discriminator: 'structure' },
    },
    encoders: {
      vgg: { network: 'vgg19' },
      extractor: { network: 'nse', weights: 'random' },
      other: { network: 'nse', weights: 'random' },
      unused: { network: 'vgg16' },
    },
    discriminators: {
      structure: {
        network: { name: 'vgg-discriminator', config: { size: 8, channels: 32 } },
        sees: { kind: 'features', encoder: 'other', layer: 'block2' },
      },
    },
    phases: { texture: { from: 10, losses: { texture: 1, feature: 0 } } },
    optimizer: { kind: 'adam' },
    schedule: { kind: 'constant', learningRate: 1e-3 },
    steps: 20,
    data: { batchSize: 1, patchSize: 4 },
  });
  expect(Object.fromEntries(neededLayers(recipe))).toEqual({
    vgg: ['relu5_4', 'relu2_2', 'relu3_4', 'relu4_4', 'relu5_2'],
    extractor: undefined,
    other: ['block2'],
  });
});
