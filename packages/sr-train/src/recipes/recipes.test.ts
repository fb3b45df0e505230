import {
  createEncoder,
  type FeatureEncoder,
  type FeatureNetwork,
  resNet18,
  squeezeNet,
  vgg16,
  vgg19,
} from 'sr-features';
import { buildDiscriminator, buildNetwork, nse } from 'sr-models';
import { fileShape, type ParameterSpecs } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { afterAll, describe, expect, test } from 'vitest';
import { weightsIn } from '../build-trainer.js';
import { checkRecipe } from '../check-recipe.js';
import { neededLayers } from '../needed-layers.js';
import { inSteps, phasesOf } from '../phases.js';
import type { EncoderName, Recipe, SuperResolutionRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { recipeDescriptions, recipeFamilies, recipes } from './index.js';

type Chosen = Readonly<Record<string, string | number | boolean>>;

/** Every combination of what can be chosen. */
function combinations(choices: Readonly<Record<string, readonly Chosen[string][]>>): Chosen[] {
  return Object.entries(choices).reduce<Chosen[]>(
    (all, [name, values]) => all.flatMap(chosen => values.map(value => ({ ...chosen, [name]: value }))),
    [{}],
  );
}

/** Every recipe that a name stands for, with what was chosen as a text. */
function recipesOf(name: string): [chosen: string, recipe: Recipe][] {
  return combinations(recipeFamilies[name]!.choices).map(chosen => [
    JSON.stringify(chosen),
    resolveRecipe(name, chosen),
  ]);
}

const names = Object.keys(recipeFamilies);

test('the recipes of all documents are there, each with a line about it', () => {
  expect(Object.keys(recipeFamilies).sort()).toEqual([
    'compact',
    'edsr',
    'enhancenet-pat',
    'esrgan',
    'feature-matching-mp',
    'feature-matching-mpca',
    'feature-matching-mpcsa',
    'feature-matching-mpcsva',
    'feature-matching-mpva',
    'johnson-sr-feature',
    'johnson-sr-pixel',
    'johnson-style',
    'johnson-style-multi',
    'lpips-lin',
    'nse-contrastive',
    'nse-jigsaw',
    'rrdb-psnr',
    'spsr-edsr',
    'spsr-g',
    'spsr-j',
    'spsr-p',
    'spsr-srresnet',
    'srcnn',
    'srgan',
    'srgan-drone',
    'tsrn-faces',
    'tsrn-g',
    'tsrn-s',
  ]);
  expect(Object.keys(recipeDescriptions).sort()).toEqual(Object.keys(recipeFamilies).sort());
  for (const [name, family] of Object.entries(recipeFamilies)) {
    expect(family().name).toBe(name);
    expect(family.choices.form).toEqual(expect.arrayContaining(['paper', 'small']));
  }
});

describe.each(names)('%s, whatever is chosen,', name => {
  const all = recipesOf(name);
  const enlarging = all.flatMap(([chosen, recipe]) =>
    recipe.task === 'super-resolution' ? [[chosen, inSteps(recipe, 500)] as const] : [],
  );

  test('is whole, and the same after JSON', () => {
    for (const [chosen, recipe] of all) {
      expect(checkRecipe(JSON.parse(JSON.stringify(recipe))), chosen).toEqual(recipe);
      expect(recipe.source === '', chosen).toBe(name === 'compact');
    }
  });

  test('has discriminators for what they see', () => {
    for (const [chosen, recipe] of enlarging) {
      for (const { network, sees } of Object.values(recipe.discriminators)) {
        const { channels, config } = buildDiscriminator(network);
        const seen = sees.kind === 'features' ? lookOf(recipe, sees) : { channels: 3, stride: 1 };
        expect(channels, chosen).toBe(seen.channels);
        if (config.size !== undefined) expect(config.size, chosen).toBe(sideOf(recipe) / seen.stride);
      }
    }
  });

  test('asks its encoders for layers that they have, of pictures that are large enough', () => {
    for (const [chosen, recipe] of enlarging) {
      for (const [encoder, layers] of neededLayers(recipe)) {
        for (const layer of layers!) {
          expect(sideOf(recipe), chosen).toBeGreaterThanOrEqual(lookOf(recipe, { encoder, layer }).least);
        }
      }
    }
  });

  test('has losses in every phase, the phases in order, and outputs that its network has', () => {
    for (const [chosen, recipe] of enlarging) {
      const { outputs = [] } = buildNetwork(recipe.network);
      const phases = phasesOf(recipe);
      for (const [i, phase] of phases.entries()) {
        const weights = weightsIn(recipe, phase);
        expect(weights.length, chosen).toBeGreaterThan(0);
        expect(phase.until, chosen).toBeGreaterThan(phase.from);
        if (i > 0) expect(phase.from, chosen).toBe(phases[i - 1]!.until);
        for (const [, loss] of weights) if ('output' in loss) expect(outputs, chosen).toContain(loss.output);
      }
      expect(phases.at(-1)!.until, chosen).toBe(recipe.steps);
    }
  });
});

/** Of the large pictures. */
function sideOf({ data, network }: SuperResolutionRecipe): number {
  return [data.patchSize].flat()[0]! * buildNetwork(network).scale;
}

describe('The figures are those of the papers:', () => {
  test('TSRN', () => {
    expect(recipes.tsrnG()).toMatchObject({
      losses: { texture: { preset: 'paper', weight: 1 } },
      phases: { texture: { from: '10 epochs' } },
      schedule: { kind: 'constant', learningRate: 5e-4 },
      steps: '110 epochs',
      data: { batchSize: 32, patchSize: 64, crop: 'center' },
    });
    expect(recipes.tsrnG({ form: 'code', scale: 8 })).toMatchObject({
      phases: { texture: { from: '9 epochs' } },
      data: { patchSize: 32, crop: 'random', zoom: [0.5, 1.5], augment: 'flip' },
    });
    expect(recipes.tsrnS()).toMatchObject({ losses: { texture: { masked: true } }, data: { masks: 6 } });
  });

  test('Johnson et al.', () => {
    expect(recipes.johnsonSrFeature({ scale: 8 })).toMatchObject({
      network: { config: { scale: 8, output: 'paper' } },
      losses: { feature: { preset: 'johnson' } },
      schedule: { kind: 'constant', learningRate: 1e-3 },
      steps: 200_000,
      data: { batchSize: 4, patchSize: 36, degradation: { kind: 'blur-bicubic', sigma: 1 } },
    });
  });

  test('SPSR', () => {
    const { losses, discriminators, phases } = recipes.spsrG();
    expect(Object.fromEntries(Object.entries(losses).map(([name, { weight }]) => [name, weight]))).toEqual({
      perceptual: 1,
      pixel: 0.01,
      adversarial: 0.005,
      gradient: 0.01,
      gradientAdversarial: 0.005,
      gradientBranch: 0.5,
    });
    expect(discriminators.gradient!.sees).toEqual({ kind: 'gradient-map', padding: 1 });
    expect(phases).toEqual({});
    expect(recipes.spsrG({ form: 'code' })).toMatchObject({
      losses: { gradient: { preset: 'code' } },
      discriminators: { gradient: { sees: { padding: 2 } } },
      phases: { fusion: { from: 0, train: ['^f_'] }, whole: { from: 5000 } },
      schedule: { learningRate: 1e-4, milestones: [50_000, 100_000, 200_000, 300_000], factor: 0.5 },
      data: { batchSize: 30, patchSize: 32, tiles: true },
    });
  });

  test.each([
    ['both', 0.01, 0.005],
    ['pixel', 0.01, 0],
    ['adversarial', 0, 0.005],
    ['none', 0, 0],
  ] as const)('SPSR-G with the gradient loss %s', (gradientLoss, pixel, adversarial) => {
    const { losses } = recipes.spsrG({ gradientLoss, branch: false });
    expect(losses).toMatchObject({ gradient: { weight: pixel }, gradientAdversarial: { weight: adversarial } });
    expect(losses).not.toHaveProperty('gradientBranch');
  });

  test('SPSR-P looks through an extractor in place of the discriminator of pictures', () => {
    const { losses, encoders } = recipes.spsrP();
    expect(Object.keys(losses)).toEqual(['perceptual', 'pixel', 'structure', 'structureAdversarial', 'gradientBranch']);
    expect(encoders.structure).toMatchObject({ network: 'nse', weights: null });
    expect(recipes.spsrP({ extractor: 'random' }).encoders.structure).toMatchObject({
      network: 'nse',
      weights: 'random',
    });
  });

  test('Akella et al.', () => {
    const weights = (recipe: SuperResolutionRecipe): object =>
      Object.fromEntries(Object.entries(recipe.losses).map(([name, { weight }]) => [name, weight]));
    expect(weights(recipes.featureMatchingMp())).toEqual({ point: 0.01 });
    expect(weights(recipes.featureMatchingMpva())).toEqual({ adversarial: 0.005, point: 0.01, vgg: 0.5 });
    expect(weights(recipes.featureMatchingMpca())).toEqual({ content: 1, adversarial: 0.005, point: 0.01 });
    expect(weights(recipes.featureMatchingMpcsva())).toEqual({ content: 1, adversarial: 0.005, point: 0.01, vgg: 0.5 });
    expect(recipes.featureMatchingMpca().losses.content).toMatchObject({ preset: 'average', calibration: 10 });
    expect(recipes.featureMatchingMpcsa()).toMatchObject({
      losses: { content: { preset: 'softmax', calibration: 10 } },
      schedule: { kind: 'every', learningRate: 1e-4, every: 43_125, factor: 0.1 },
      steps: 200_000,
      data: { batchSize: 16, patchSize: 24 },
    });
  });

  test('ESRGAN', () => {
    expect(recipes.esrgan()).toMatchObject({
      losses: { pixel: { weight: 0.01 }, perceptual: { weight: 1 }, adversarial: { weight: 0.005 } },
      phases: { adversarial: { from: 1_000_000, schedule: { learningRate: 1e-4 } } },
      steps: 1_400_000,
      emaDecay: 0,
    });
    expect(recipes.esrgan({ form: 'code', pretrain: false })).toMatchObject({
      optimizer: { beta2: 0.99 },
      emaDecay: 0.999,
      steps: 400_000,
      phases: { adversarial: { from: 0 } },
    });
  });

  test('EnhanceNet: its texture weights, of sums of squares of Gram matrices, in the units of the preset', () => {
    // 3e-7 (2 64 16^2)^2, 1e-6 (2 128 8^2)^2, 1e-6 (2 256 4^2)^2.
    expect(recipes.enhancenetPat().losses.texture).toMatchObject({
      layers: {
        relu1_1: expect.closeTo(322.12, 2),
        relu2_1: expect.closeTo(268.44, 2),
        relu3_1: expect.closeTo(67.11, 2),
      },
    });
  });
});

const published: Partial<Record<EncoderName, FeatureNetwork>> = {
  vgg16,
  vgg19,
  resnet18: resNet18,
  squeezenet: squeezeNet,
};
const encoders = new Map<EncoderName, FeatureEncoder>();
afterAll(() => {
  for (const encoder of encoders.values()) encoder.dispose();
});

/** Without weights that mean anything. */
function encoderOf(name: EncoderName): FeatureEncoder {
  const encoder = encoders.get(name) ?? createEncoder(published[name]!, zeroWeights);
  encoders.set(name, encoder);
  return encoder;
}

function zeroWeights(specs: ParameterSpecs): ReadonlyMap<string, WeightTensor> {
  return new Map(
    Object.entries(specs).map(([name, spec]) => {
      const shape = fileShape(spec);
      return [name, { dtype: 'f32', shape, data: new Float32Array(shape.reduce((size, n) => size * n, 1)) }];
    }),
  );
}

/** Channels and stride of a layer, and the smallest picture for it. */
function lookOf(
  recipe: SuperResolutionRecipe,
  { encoder: name, layer }: { encoder: string; layer: string },
): { channels: number; stride: number; least: number } {
  const { network, config } = recipe.encoders[name]!;
  if (network === 'nse') return { ...nse(config).taps[layer]!, least: 1 };
  const encoder = encoderOf(network);
  return { ...encoder.geometry(layer), least: encoder.leastSize(layer) };
}
