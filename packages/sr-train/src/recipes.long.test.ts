/** Every recipe at work, on native: small ones learn four patches by heart, those of the papers take a step of full size. */
import { memory } from '@tensorflow/tfjs-core';
import type { Batch, ImageBatch, MaskBatch } from 'sr-data';
import { resizePicture } from 'sr-data';
import { buildNetwork } from 'sr-models';
import { describeOnBackends } from 'sr-tensor/testing';
import { afterAll, expect, test } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { loadEncoders } from './node/load-encoders.js';
import { inSteps } from './phases.js';
import type { SuperResolutionRecipe } from './recipe.js';
import { recipeFamilies } from './recipes/index.js';
import { resolveRecipe } from './resolve-recipe.js';
import type { Trainer } from './trainer.js';

interface Case {
  readonly name: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly steps?: number;
}

/** Side of the large patches: the smallest that all discriminators and encoders take. */
const side = 32;

const small: readonly Case[] = [
  { name: 'compact', steps: 400 },
  { name: 'compact', set: { network: 'wide' }, steps: 400 },
  { name: 'tsrn-g' },
  { name: 'tsrn-s' },
  { name: 'tsrn-faces' },
  { name: 'johnson-sr-pixel' },
  { name: 'johnson-sr-feature' },
  { name: 'spsr-g' },
  { name: 'spsr-j', set: { 'encoders.structure.weights': 'random' } },
  { name: 'spsr-p', set: { extractor: 'random' } },
  { name: 'spsr-edsr', set: { variant: 'gan' } },
  { name: 'spsr-edsr', set: { variant: 'g' } },
  { name: 'spsr-edsr', set: { variant: 'p', extractor: 'random' } },
  { name: 'spsr-srresnet', set: { variant: 'gan' } },
  { name: 'spsr-srresnet', set: { variant: 'g' } },
  { name: 'spsr-srresnet', set: { variant: 'p', extractor: 'random' } },
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

const only = process.env.SR_TEST_RECIPE;
const chosen = <T extends Case>(cases: readonly T[]): T[] =>
  cases.filter(({ name }) => only === undefined || name === only);
const seconds: Record<string, number> = {};
const titleOf = ({ name, set = {} }: Case): string => [name, ...Object.values(set)].join(' ');

describeOnBackends(
  'A small recipe learns four patches by heart:',
  () => {
    for (const each of chosen(small)) {
      test(titleOf(each), async () => {
        const recipe = shrunk(each);
        const trainer = await open(recipe);
        const batch = fourPatches(recipe);
        const begin = performance.now();
        const isContent = (name: string): boolean => {
          const kind = recipe.losses[name]?.kind;
          return kind !== undefined && kind !== 'adversarial' && kind !== 'discriminator-content';
        };
        const contents: number[] = [];
        if (trainer.prepare) await trainer.prepare(async () => batch);
        for (let step = 0; step < (recipe.steps as number); step++) {
          const losses = await valuesOf(trainer.step(batch));
          expect(Object.values(losses).every(Number.isFinite), JSON.stringify(losses)).toBe(true);
          const content = Object.entries(losses).filter(([name]) => isContent(name));
          contents.push(content.reduce((sum, [, value]) => sum + value, 0));
        }
        trainer.dispose();
        seconds[`small ${titleOf(each)}`] = (performance.now() - begin) / 1000;
        const isAdversarial = Object.keys(recipe.discriminators).length > 0;
        const end = contents.slice(-5).reduce((sum, value) => sum + value, 0) / 5;
        console.log(titleOf(each), contents[0], end, contents[0]! / end, seconds[`small ${titleOf(each)}`]);
        expect(contents[0]! / end).toBeGreaterThan(isAdversarial ? 5 : 10);
      });
    }
  },
  { only: ['native'] },
);

/** The small form with its main losses from the start, cut down to what learns in seconds. */
function shrunk({ name, set = {}, steps = 200 }: Case): SuperResolutionRecipe {
  const recipe = mainPhase(resolveRecipe(name, { form: 'small', ...set }) as SuperResolutionRecipe);
  const { scale } = buildNetwork(recipe.network);
  const shrink: Record<string, unknown> = {
    ...Object.fromEntries(
      Object.entries({ blocks: 2, channels: 16, growth: 8, depth: 4 })
        .filter(([key]) => key in recipe.network.config)
        .map(([key, value]) => [`network.config.${key}`, value]),
    ),
    ...Object.fromEntries(Object.keys(recipe.encoders).map(encoder => [`encoders.${encoder}.weights`, 'random'])),
    ...Object.fromEntries(
      Object.entries(recipe.discriminators).flatMap(([discriminator, { network, sees }]) => [
        ...('size' in network.config
          ? [[`discriminators.${discriminator}.network.config.size`, sees.kind === 'features' ? side / 4 : side]]
          : []),
        [`discriminators.${discriminator}.network.config.features`, 8],
      ]),
    ),
    'data.batchSize': 4,
    'data.patchSize': side / scale,
    schedule: { kind: 'constant', learningRate: 1e-3, warmUp: 0 },
    steps,
  };
  return resolveRecipe(recipe, shrink) as SuperResolutionRecipe;
}

/** The recipe with its last phase alone. */
function mainPhase(recipe: SuperResolutionRecipe): SuperResolutionRecipe {
  const last = Object.entries(recipe.phases).at(-1);
  return last === undefined ? recipe : { ...recipe, phases: { [last[0]]: { ...last[1], from: 0, schedule: null } } };
}

async function open(recipe: SuperResolutionRecipe): Promise<Trainer> {
  const encoders = await loadEncoders(recipe);
  return buildTrainer(recipe, { encoders });
}

/** Waves and edges, four pictures of them, and the same small; masks of stripes. */
function fourPatches({ data, network }: SuperResolutionRecipe): Batch {
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
