import { memory, tensor4d } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import { featureLoss, styleLoss, totalVariation } from 'sr-losses';
import { type Encoder, type Picture, pictureToTensor, Random } from 'sr-tensor';
import { describeOnBackends } from 'sr-tensor/testing';
import { styleNetwork } from 'style-transfer';
import { expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint.js';
import { syntheticSource } from '../fixtures/synthetic-source.js';
import { loadEncoders } from '../node/load-encoders.js';
import type { StyleRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { buildStyleTraining } from './build-style-training.js';
import type { StyleTraining } from './style-training.js';

const layers = { relu1: 100, fire2: 10 };

const recipeOf = (name: string, overrides: Readonly<Record<string, unknown>> = {}): StyleRecipe =>
  resolveRecipe(name, {
    form: 'small',
    'network.config.channels': 2,
    'network.config.blocks': 1,
    'encoders.feature.weights': 'random',
    'losses.content.weight': 2,
    'losses.content.layers': ['fire2'],
    'losses.style.layers': layers,
    'losses.smoothness.weight': 1e-6,
    'data.patchSize': 16,
    schedule: { kind: 'every', learningRate: 1e-3, every: 2, factor: 0.2 },
    emaDecay: 0.9,
    steps: 10,
    ...overrides,
  }) as StyleRecipe;

const source = () => syntheticSource({ batchSize: 2, patchSize: 16, scale: 1 });

function noise(seed: number, width = 16, height = 16): Picture {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
}

const paintings = (count: number): Picture[] => Array.from({ length: count }, (_, i) => noise(i + 1, 20, 17 + i));

async function open(recipe: StyleRecipe, count = 1, heldOut: readonly Picture[] = []): Promise<StyleTraining> {
  return buildStyleTraining(recipe, {
    styles: paintings(count),
    encoders: await loadEncoders(recipe),
    heldOut: heldOut.map((picture, i) => ({ name: `${i}`, picture })),
  });
}

async function train(training: StyleTraining, batches: { next(): Promise<Batch> }, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    for (const term of Object.values(training.step(await batches.next()))) {
      losses.push((await term.data())[0]!);
      term.dispose();
    }
  }
  return losses;
}

describeOnBackends('StyleTraining', () => {
  test.each([
    ['johnson-style', 1],
    ['johnson-style-multi', 3],
  ])('%s goes on exactly from its state and leaks nothing', async (name, count) => {
    const before = memory().numTensors;
    const [whole, first] = [await open(recipeOf(name), count), await open(recipeOf(name), count)];
    const batches = source();
    const losses = await train(whole, source(), 4);
    expect(losses).toHaveLength(4 * 3);
    expect(losses.every(Number.isFinite)).toBe(true);

    const parts = await train(first, batches, 2);
    const state = decodeCheckpoint(encodeCheckpoint(await first.state())) as never;
    first.dispose();
    const second = await open(recipeOf(name, { 'network.config.blocks': 1 }), count);
    second.restore(state);
    parts.push(...(await train(second, batches, 2)));
    expect(parts).toEqual(losses);
    expect(second.iteration).toBe(4);
    expect(second.learningRate).toBeCloseTo(4e-5, 12);
    expect(await second.state()).toEqual(await whole.state());

    whole.dispose();
    second.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describeOnBackends(
  'StyleTraining',
  () => {
    test('minimises the losses that the recipe names: content of the picture, matrices of the style', async () => {
      const recipe = recipeOf('johnson-style');
      const training = await open(recipe);
      const { feature: encoder } = (await loadEncoders(recipe)) as { feature: Encoder };
      const batch = await source().next();
      const content = tensor4d(batch.target.data, [...batch.target.shape]);
      const parameters = training.averaged();
      const painted = styleNetwork({ preset: 'small', output: 'paper', channels: 2, blocks: 1 }).apply(
        content,
        parameters.scope(),
        {
          mode: 'training',
          update: () => undefined,
        },
      );
      const target = pictureToTensor(paintings(1)[0]!);
      const [width, height] = [16, 16];
      const expected = {
        content: featureLoss({ encoder, layers: ['fire2'] })(painted, content).mul(2),
        style: styleLoss({ encoder, preset: 'fast-neural-style', layers })(painted, target),
        // The recipe's strength is that of one picture, the loss sums over two.
        smoothness: totalVariation()(painted).mul(1e-6 / 2),
      };
      expect(painted.shape).toEqual([2, height, width, 3]);
      const terms = training.step(batch);
      expect(Object.keys(terms)).toEqual(Object.keys(expected));
      for (const [name, term] of Object.entries(terms)) {
        const wanted = (await expected[name as 'content'].data())[0]!;
        expect((await term.data())[0]! / wanted, name).toBeCloseTo(1, 5);
      }
      training.dispose();
      encoder.dispose();
      parameters.dispose();
    });

    test('changes every parameter, of several styles those of the one that a step takes', async () => {
      const training = await open(recipeOf('johnson-style-multi', { emaDecay: 0 }), 3);
      const { player: before } = await training.state();
      await train(training, source(), 1);
      const { player: after } = await training.state();
      const drawn = new Random({ seed: 2, position: 0 }).int(3);
      for (const [name, { data, shape }] of Object.entries(before.parameters)) {
        const now = after.parameters[name]!.data;
        if (!name.includes('in')) continue;
        const width = shape[1]!;
        for (let style = 0; style < 3; style++) {
          const [a, b] = [data, now].map(all => all.slice(style * width, (style + 1) * width));
          if (style === drawn) expect(b, `${name} ${style}`).not.toEqual(a);
          else expect(b, `${name} ${style}`).toEqual(a);
        }
      }
      for (const name of ['conv1.conv2d.weight', 'deconv3.conv2d.bias', 'res1.conv2.conv2d.weight']) {
        expect(after.parameters[name]!.data, name).not.toEqual(before.parameters[name]!.data);
      }
      training.dispose();
    });

    test('scores pictures by the objective, in each style', async () => {
      const training = await open(recipeOf('johnson-style-multi'), 2, [noise(7), noise(8)]);
      const parameters = training.averaged();
      const { scores, pictures } = await training.validate(parameters);
      expect(scores.objective).toBeCloseTo(scores.content! + scores.style! + scores.smoothness!, 3);
      expect(scores.objective).toBeCloseTo((pictures[0]!.scores.objective! + pictures[1]!.scores.objective!) / 2, 4);
      expect(pictures.map(({ painted }) => painted.map(({ width, height }) => [width, height]))).toEqual(
        Array(2).fill(Array(2).fill([16, 16])),
      );
      parameters.dispose();
      training.dispose();
    });

    test('chooses the strength of total variation by trials, and keeps it', async () => {
      const before = memory().numTensors;
      const recipe = recipeOf('johnson-style', {
        // Nothing but smooth pictures is worth anything at 1e3: the other terms grow.
        trials: { loss: 'smoothness', weights: [1e3, 0, 1e2], steps: 3 },
      });
      const training = await open(recipe, 1, [noise(7)]);
      const batches = source();
      await training.prepare(() => batches.next());
      const state = await training.state();
      expect(state.weights).toEqual({ smoothness: 0 });
      expect(state.iteration).toBe(0);
      const resumed = await open(recipe, 1, [noise(7)]);
      resumed.restore(state);
      // A term of the weight 0 is not computed.
      const terms = resumed.step(await batches.next());
      expect(Object.keys(terms)).toEqual(['content', 'style']);
      for (const term of Object.values(terms)) term.dispose();
      training.dispose();
      resumed.dispose();
      expect(memory().numTensors).toBe(before);
    });
  },
  { only: ['wasm'] },
);

test('what does not fit together is an error that names the field', async () => {
  const none: Readonly<Record<string, Encoder>> = {};
  const build = (overrides: Readonly<Record<string, unknown>>, count = 1): StyleTraining =>
    buildStyleTraining(recipeOf('johnson-style', overrides), { styles: paintings(count), encoders: none });
  const invalid = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'recipe/invalid', message: expect.stringMatching(message) });
  expect(() => build({ 'network.config.styles': 2 })).toThrow(
    invalid(/style: expected a picture for each of 2 styles/),
  );
  expect(() => build({ smoothness: 'chosen' })).toThrow(invalid(/trials: expected pictures/));
  expect(() => recipeOf('johnson-style', { 'trials.loss': 'smoothnes' })).toThrow();
  expect(() => recipeOf('johnson-style', { trials: { loss: 'smoothnes', weights: [0, 1], steps: 2 } })).toThrow(
    invalid(/trials.loss: there is no loss "smoothnes".*Did you mean "smoothness"/),
  );
  expect(() =>
    recipeOf('johnson-style', { 'losses.gan': { kind: 'adversarial', weight: 1, discriminator: 'd' } }),
  ).toThrow(invalid(/without discriminators/));
  expect(() => recipeOf('johnson-style', { 'losses.style.encoder': 'featur' })).toThrow(invalid(/no encoder "featur"/));
  const encoders = await loadEncoders(recipeOf('johnson-style'));
  const small =
    (overrides: Readonly<Record<string, unknown>>, styles: Picture[]): (() => StyleTraining) =>
    () =>
      buildStyleTraining(recipeOf('johnson-style', overrides), { styles, encoders });
  expect(small({ 'data.patchSize': 4 }, paintings(1))).toThrow(invalid(/data.patchSize: expected at least \d+ pixels/));
  expect(small({}, [noise(1, 40, 2)])).toThrow(
    invalid(/style: expected at least \d+ pixels for the layer fire2, received 2/),
  );
  for (const encoder of Object.values(encoders)) encoder.dispose();
});
