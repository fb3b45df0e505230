/** Every recipe at work, on native: small ones learn four patches by heart, those of the papers take a step of full size. */
import { mul, reverse, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Batch, ImageBatch, MaskBatch } from 'sr-data';
import { resizePicture } from 'sr-data';
import { buildNetwork } from 'sr-models';
import { nativeBackend, type Picture, Random } from 'sr-tensor';
import { describeOnBackends } from 'sr-tensor/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { unrecorded } from './fixtures/unrecorded.js';
import { buildLpipsTraining, layersOfLpips } from './lpips/build-lpips-training.js';
import { loadEncoders, loadRecipeEncoder } from './node/load-encoders.js';
import { inSteps } from './phases.js';
import type { Recipe, StyleRecipe, SuperResolutionRecipe } from './recipe.js';
import { recipeFamilies } from './recipes/index.js';
import { resolveRecipe } from './resolve-recipe.js';
import { buildStructureTraining } from './structure/build-structure-training.js';
import { buildStyleTraining } from './style/build-style-training.js';
import type { Trainer } from './trainer.js';

interface Case {
  readonly name: string;
  readonly set?: Readonly<Record<string, unknown>>;
}

/** Side of the large patches: the smallest that all discriminators and encoders take. */
const side = 32;

const random = { 'encoders.structure.weights': 'random' };

const small: readonly Case[] = [
  { name: 'compact' },
  { name: 'compact', set: { network: 'wide' } },
  { name: 'tsrn-g' },
  { name: 'tsrn-s' },
  { name: 'tsrn-faces' },
  { name: 'johnson-sr-pixel' },
  { name: 'johnson-sr-feature' },
  { name: 'spsr-g' },
  { name: 'spsr-j', set: random },
  { name: 'spsr-p', set: random },
  { name: 'spsr-edsr', set: { variant: 'gan' } },
  { name: 'spsr-edsr', set: { variant: 'g' } },
  { name: 'spsr-edsr', set: { variant: 'p', ...random } },
  { name: 'spsr-srresnet', set: { variant: 'gan' } },
  { name: 'spsr-srresnet', set: { variant: 'g' } },
  { name: 'spsr-srresnet', set: { variant: 'p', ...random } },
  { name: 'rrdb-psnr' },
  { name: 'feature-matching-mp' },
  { name: 'feature-matching-mpva' },
  { name: 'feature-matching-mpca' },
  { name: 'feature-matching-mpcsa' },
  { name: 'feature-matching-mpcsva' },
  { name: 'srgan' },
  { name: 'srgan-drone' },
  { name: 'enhancenet-pat' },
  { name: 'esrgan' },
  { name: 'edsr' },
  { name: 'srcnn' },
];

/** By how much the losses of pictures and features fall at least, in recipes with and without discriminators. */
const cuts = { alone: 10, adversarial: 5 };

/** Steps of a pretraining. */
const pretraining = 200;
/** Steps of the main phase at least, so that both sides have played, and all at most. */
const fewest = 20;
const most = 700;

describeOnBackends(
  'A small recipe learns four patches:',
  () => {
    for (const each of small) {
      test(titleOf(each), async () => {
        const recipe = shrunk(each);
        const batch = fourPatches(recipe);
        const isContent = (name: string): boolean => {
          const kind = recipe.losses[name]?.kind;
          return kind !== undefined && kind !== 'adversarial' && kind !== 'discriminator-content';
        };
        /** What a step finds: the sum of the losses of pictures and features. */
        const contentOf = async (trainer: Trainer): Promise<number> => {
          const losses = await valuesOf(trainer.step(batch));
          expect(Object.values(losses).every(Number.isFinite), JSON.stringify(losses)).toBe(true);
          const content = Object.entries(losses).filter(([name]) => isContent(name));
          return content.reduce((sum, [, value]) => sum + value, 0);
        };
        // By the losses of the main phase, which a pretraining does not have.
        using untouched = strengthened(await open(mainPhase(recipe)));
        await untouched.prepare?.(async () => batch);
        const first = await contentOf(untouched);

        using trainer = strengthened(await open(recipe));
        await trainer.prepare?.(async () => batch);
        const from = Object.values(recipe.phases).at(-1)?.from as number | undefined;
        while (trainer.iteration < (from ?? 0)) await contentOf(trainer);
        const wanted = isAdversarial(recipe) ? cuts.adversarial : cuts.alone;
        const contents: number[] = [];
        // The worst of the last five.
        const cut = (): number => first / Math.max(...contents.slice(-5));
        while (trainer.iteration < most && (contents.length < fewest || cut() < wanted)) {
          contents.push(await contentOf(trainer));
        }
        expect(cut()).toBeGreaterThanOrEqual(wanted);
      });
    }
  },
  { only: ['native'] },
);

describeOnBackends(
  'A small recipe takes the same steps recorded and one by one:',
  () => {
    afterEach(() => vi.restoreAllMocks());
    for (const each of small) {
      test(titleOf(each), async () => {
        const recipe = mainPhase(shrunk(each));
        const batch = fourPatches(recipe);
        const steps = async (): Promise<Record<string, number>[]> => {
          using trainer = await open(recipe);
          await trainer.prepare?.(async () => batch);
          const losses: Record<string, number>[] = [];
          // Enough for extractors that take turns.
          for (let i = 0; i < 5; i++) losses.push(await valuesOf(trainer.step(batch)));
          return losses;
        };
        const expected = await unrecorded(steps);
        const defined = vi.spyOn(nativeBackend()!, 'defineFunction');
        const recorded = await steps();
        // The generator and each discriminator; more where losses take turns.
        const players = 1 + usedDiscriminators(recipe);
        expect(defined.mock.calls.length).toBeGreaterThanOrEqual(players);
        for (const [i, losses] of expected.entries()) {
          expect(Object.keys(recorded[i]!)).toEqual(Object.keys(losses));
          for (const [name, loss] of Object.entries(losses)) {
            const difference = Math.abs(recorded[i]![name]! - loss);
            expect(difference, `step ${i}, ${name}: ${loss}`).toBeLessThanOrEqual(1e-3 * Math.abs(loss) + 1e-6);
          }
        }
      });
    }
  },
  { only: ['native'] },
);

describeOnBackends(
  'A small recipe learns to paint four patches:',
  () => {
    test('johnson-style', async () => {
      const recipe = resolveRecipe('johnson-style', {
        form: 'small',
        'network.config.channels': 6,
        'network.config.blocks': 2,
        'encoders.feature.weights': 'random',
        // Random features have no layer that is stronger than others.
        'losses.content.weight': 1e-3,
        'losses.style.layers': ['relu1', 'fire2'],
        'losses.smoothness.weight': 0,
        schedule: { kind: 'constant', learningRate: 2e-3 },
        steps: most,
      }) as StyleRecipe;
      const styles = [painting(64)];
      const training = buildStyleTraining(recipe, { styles, encoders: await loadEncoders(recipe) });
      const batch = fourPatches({ ...recipe, network: { name: 'compact', config: { scale: 1 } } });
      const objectives: number[] = [];
      while (objectives.length < 20 || (objectives.length < most && objectives.at(-1)! > objectives[0]! / 10)) {
        const losses = await valuesOf(training.step(batch));
        objectives.push(losses.content! + losses.style!);
      }
      training.dispose();
      expect(objectives.at(-1)).toBeLessThan(objectives[0]! / 10);
    });
  },
  { only: ['native'] },
);

/** Of each the form `paper`, and what differs from it in more than figures. */
const full: readonly Case[] = [
  ...Object.entries(recipeFamilies).flatMap(([name, { choices }]) =>
    (choices.form as readonly string[]).filter(form => form !== 'small').map(form => ({ name, set: { form } })),
  ),
  { name: 'tsrn-g', set: { scale: 8 } },
  { name: 'johnson-sr-feature', set: { scale: 8 } },
  { name: 'spsr-p', set: { extractor: 'vgg' } },
  { name: 'spsr-p', set: { extractor: 'resnet' } },
  { name: 'spsr-edsr', set: { variant: 'g' } },
  { name: 'spsr-edsr', set: { variant: 'p' } },
  { name: 'spsr-srresnet', set: { variant: 'g' } },
  { name: 'spsr-srresnet', set: { variant: 'p' } },
];

describeOnBackends(
  'A recipe takes a step of full size, its batch apart:',
  () => {
    for (const each of full) {
      test(titleOf(each), async () => {
        // Recording does a first step three times; it is the size that is tried here.
        const losses = await unrecorded(() => stepOf(resolveRecipe(each.name, each.set)));
        expect(Object.values(losses).every(Number.isFinite), JSON.stringify(losses)).toBe(true);
        expect(Object.keys(losses).length).toBeGreaterThan(0);
      });
    }
  },
  { only: ['native'] },
);

/** The losses of a step of a recipe as published, but for one patch a batch and encoders that are not trained. */
async function stepOf(asked: Recipe): Promise<Record<string, number>> {
  const recipe = inSteps({ ...asked, data: { ...asked.data, batchSize: 1 } }, 100);
  const { target, ...others } = noise(recipe);
  switch (recipe.task) {
    case 'super-resolution': {
      using trainer = await open(mainPhase(resolveRecipe(recipe, untrained(recipe)) as SuperResolutionRecipe));
      return valuesOf(trainer.step({ target, ...others }));
    }
    case 'structure': {
      const training = buildStructureTraining(recipe);
      const losses = valuesOf(training.step({ target }));
      training.dispose();
      return losses;
    }
    case 'style': {
      const random = resolveRecipe(recipe, untrained(recipe)) as StyleRecipe;
      const encoders = await loadEncoders(random);
      const styles = Array.from({ length: recipe.name === 'johnson-style-multi' ? 2 : 1 }, () => painting(256));
      const training = buildStyleTraining(random, { styles, encoders });
      const losses = valuesOf(training.step({ target }));
      training.dispose();
      return losses;
    }
    case 'lpips': {
      const layers = layersOfLpips(recipe.encoder);
      const encoder = await loadRecipeEncoder(
        'encoder',
        { ...recipe.encoder, weights: 'random' },
        { layers, signal: undefined },
      );
      const training = buildLpipsTraining(recipe, { encoder });
      const reference = tensor4d(target.data, [...target.shape]);
      const losses = valuesOf(
        training.step([{ reference, p0: reverse(reference, 1), p1: reverse(reference, 2), judge: 0.3 }]),
      );
      training.dispose();
      return losses;
    }
  }
}

function untrained({ encoders }: Pick<SuperResolutionRecipe, 'encoders'>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(encoders).map(encoder => [`encoders.${encoder}.weights`, 'random']));
}

/** A patch of noise, of the size that the recipe has. */
function noise({ data, network, task }: Recipe): Batch {
  const numbers = new Random(1);
  const scale = task === 'super-resolution' ? buildNetwork(network).scale : 1;
  const patch = [data.patchSize].flat()[0]!;
  const images = (size: number, channels: number): ImageBatch & MaskBatch => ({
    data: Float32Array.from({ length: size * size * channels }, () => numbers.uniform()),
    shape: [1, size, size, channels] as never,
  });
  return {
    input: images(patch, 3),
    target: images(patch * scale, 3),
    ...(data.masks !== null && { masks: images(patch * scale, data.masks + 1) }),
  };
}

function painting(side: number): Picture {
  const numbers = new Random(2);
  return {
    data: Uint8Array.from({ length: side * side * 3 }, () => numbers.int(256)),
    width: side,
    height: side,
    channels: 3,
  };
}

const titleOf = ({ name, set = {} }: Case): string => [name, ...Object.values(set)].join(' ');

/** How many play. */
const usedDiscriminators = (recipe: SuperResolutionRecipe): number =>
  new Set(
    Object.values(recipe.losses).flatMap(loss =>
      'discriminator' in loss && loss.weight !== 0 ? [loss.discriminator] : [],
    ),
  ).size;

const isAdversarial = ({ losses }: SuperResolutionRecipe): boolean =>
  Object.values(losses).some(({ kind }) => kind === 'adversarial');

/**
 * The small form cut down to what learns in seconds. With a pretraining where it plays against discriminators, else with its
 * main losses from the start.
 */
function shrunk({ name, set = {} }: Case): SuperResolutionRecipe {
  const whole = resolveRecipe(name, { form: 'small', ...set }) as SuperResolutionRecipe;
  const paper = resolveRecipe(name, { ...set, form: 'paper' }) as SuperResolutionRecipe;
  const plays = isAdversarial(whole);
  const recipe = plays ? whole : mainPhase(whole);
  const { scale } = buildNetwork(recipe.network);
  const phases = Object.keys(recipe.phases);
  const constant = (learningRate: number) => ({ kind: 'constant', learningRate, warmUp: 0 }) as const;
  const shrink: Record<string, unknown> = {
    ...Object.fromEntries(phases.map(phase => [`phases.${phase}.schedule`, null])),
    // As in the recipes, the adversarial phase learns more slowly.
    ...(phases.length > 1 && {
      [`phases.${phases.at(-1)}.from`]: pretraining,
      [`phases.${phases.at(-1)}.schedule`]: constant(3e-4),
    }),
    ...Object.fromEntries(
      Object.entries({ blocks: plays ? 1 : 2, channels: 16, growth: 8, depth: 4 })
        .filter(([key]) => key in recipe.network.config)
        .map(([key, value]) => [`network.config.${key}`, value]),
    ),
    ...untrained(recipe),
    // Features of untrained networks are as small as those that the papers weigh, or smaller: SRGAN would not see them.
    ...Object.fromEntries(
      Object.entries(recipe.losses)
        .filter(([, { kind }]) => kind === 'feature')
        .map(([loss]) => [`losses.${loss}.weight`, paper.losses[loss]!.weight * (name.startsWith('srgan') ? 20 : 1)]),
    ),
    ...Object.fromEntries(
      Object.entries(recipe.discriminators).flatMap(([discriminator, { network, sees }]) => [
        ...('size' in network.config
          ? [[`discriminators.${discriminator}.network.config.size`, sees.kind === 'features' ? side / 4 : side]]
          : []),
        [`discriminators.${discriminator}.network.config.features`, 8],
        // Slow: four patches they would know by heart at once.
        [`discriminators.${discriminator}.schedule`, constant(1e-5)],
      ]),
    ),
    'data.batchSize': 4,
    'data.patchSize': side / scale,
    schedule: constant(2e-3),
    steps: most,
  };
  return resolveRecipe(recipe, shrink) as SuperResolutionRecipe;
}

/** The recipe with its last phase alone. */
function mainPhase(recipe: SuperResolutionRecipe): SuperResolutionRecipe {
  const last = Object.entries(recipe.phases).at(-1);
  return last === undefined ? recipe : { ...recipe, phases: { [last[0]]: { ...last[1], from: 0 } } };
}

async function open(recipe: SuperResolutionRecipe): Promise<Trainer> {
  const encoders = await loadEncoders(recipe);
  return buildTrainer(recipe, { encoders });
}

/** Networks of dense blocks start a tenth as strong as Kaiming says, since they are deep; a single block learns from half of it. */
const strengths: Readonly<Record<string, number>> = { rrdbnet: 5, spsr: 5 };

function strengthened(trainer: Trainer): Trainer {
  const strength = strengths[trainer.network.name];
  if (strength === undefined) return trainer;
  for (const [name, parameter] of trainer.parameters.trainable()) {
    if (name.endsWith('.weight')) tidy(() => parameter.assign(mul(parameter, strength)));
  }
  return trainer;
}

/** Waves and edges, four pictures of them, and the same small; masks of stripes. */
function fourPatches({ data, network }: Pick<Recipe, 'data' | 'network'>): Batch {
  const { scale } = buildNetwork(network);
  const targets = Array.from({ length: 4 }, (_, n) => ({
    width: side,
    height: side,
    channels: 3 as const,
    data: Float32Array.from({ length: side * side * 3 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3];
      const wave = Math.sin((x * (n + 1) + y * (4 - n)) / 9 + c);
      const edge = (x + n * y) % 16 < 8 ? 1 : -1;
      return 0.5 + 0.2 * wave + 0.15 * edge;
    }),
  }));
  const inputs = targets.map(target => resizePicture(target, { scale: 1 / scale }));
  const batch = (pictures: readonly { data: ArrayLike<number> }[], size: number): ImageBatch => ({
    data: Float32Array.from(pictures.flatMap(picture => Array.from(picture.data))),
    shape: [pictures.length, size, size, 3],
  });
  const segments = (data.masks ?? 0) + 1;
  const masks: MaskBatch = {
    data: Float32Array.from({ length: 4 * side * side * segments }, (_, i) => {
      const x = Math.floor(i / segments) % side;
      return Math.floor((x * segments) / side) === i % segments ? 1 : 0;
    }),
    shape: [4, side, side, segments],
  };
  return { input: batch(inputs, side / scale), target: batch(targets, side), ...(data.masks !== null && { masks }) };
}

async function valuesOf(terms: ReturnType<Trainer['step']>): Promise<Record<string, number>> {
  const values = await Promise.all(Object.values(terms).map(term => term.data()));
  for (const term of Object.values(terms)) term.dispose();
  return Object.fromEntries(Object.keys(terms).map((name, i) => [name, values[i]![0]!]));
}
