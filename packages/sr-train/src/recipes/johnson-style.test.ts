/** What Johnson et al. and their code tell, read from the recipes. */
import { type FeatureNetwork, squeezeNet, vgg16 } from 'sr-features';
import { countParameters } from 'sr-tensor';
import { expect, test } from 'vitest';
import { neededLayers } from '../needed-layers.js';
import type { StyleRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { networkOf } from '../style/build-style-training.js';

const networks: Readonly<Record<string, FeatureNetwork>> = { vgg16, squeezenet: squeezeNet };

const recipeOf = (form: string, name = 'johnson-style', more: object = {}): StyleRecipe =>
  resolveRecipe(name, { form, ...more }) as StyleRecipe;

test('the paper: section 4.1 and the supplement', () => {
  const recipe = recipeOf('paper');
  expect(recipe).toMatchObject({
    optimizer: { kind: 'adam', weightDecay: 0 },
    schedule: { kind: 'constant', learningRate: 1e-3 },
    steps: 40_000,
    data: { batchSize: 4, patchSize: 256, prepare: [{ type: 'resize', width: 256, height: 256 }] },
    encoders: { feature: { network: 'vgg16', preprocessing: 'caffe' } },
    losses: { smoothness: { kind: 'total-variation', weight: 1e-6 } },
  });
  expect(neededLayers(recipe).get('feature')!.toSorted()).toEqual(['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3']);
  expect(networkOf(recipe, 1).config).toMatchObject({
    channels: 32,
    norm: 'batch',
    padding: 'reflect-start',
    output: 'paper',
  });
  expect(recipeOf('paper', 'johnson-style', { smoothness: 'chosen' }).trials).toEqual({
    loss: 'smoothness',
    weights: [1e-6, 1e-5, 1e-4],
    steps: 2000,
  });
});

test('the code: train.lua and make_style_dataset.py', () => {
  const recipe = recipeOf('code');
  expect(recipe.losses).toEqual({
    content: { kind: 'feature', encoder: 'feature', weight: 1, preset: 'fast-neural-style' },
    style: { kind: 'style', encoder: 'feature', weight: 1, preset: 'fast-neural-style' },
    smoothness: { kind: 'total-variation', preset: 'johnson', weight: 1e-6 },
  });
  expect(recipe).toMatchObject({
    styleSize: 256,
    data: { prepare: [{ type: 'multiple', of: 16 }, { type: 'resize' }] },
  });
  expect(networkOf(recipe, 1).config).toMatchObject({ norm: 'instance', output: 'code', channels: 32 });
});

test('the small network takes less than half a megabyte in half precision', () => {
  expect(2 * countParameters(networkOf(recipeOf('small'), 1))).toBeLessThan(500_000);
});

test.each(['paper', 'code', 'small'])(
  '%s, for several styles: instance norms of which each style has its own',
  form => {
    const { config, parameters } = networkOf(recipeOf(form, 'johnson-style-multi'), 6);
    expect(config).toMatchObject({ norm: 'instance', styles: 6 });
    expect(parameters['in1.weight']!.shape).toEqual([6, config.channels]);
  },
);

test.each(['paper', 'code', 'small'])('%s asks its encoder for layers that it has', form => {
  const recipe = recipeOf(form);
  const { layers } = networks[recipe.encoders.feature!.network]!;
  const taps = layers.map(({ tap }) => tap);
  for (const layer of neededLayers(recipe).get('feature')!) expect(taps).toContain(layer);
});
