import { readFileSync } from 'node:fs';
import { dispose, memory, type Scalar } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import { buildDiscriminator, buildNetwork } from 'sr-models';
import type { ParameterSpecs } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import type { WeightTensor } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { checkRecipe, defineRecipe } from './check-recipe.js';
import { ganRecipe } from './fixtures/gan-recipe.js';
import { syntheticSource } from './fixtures/synthetic-source.js';
import { memoryStore } from './memory-store.js';
import type { SuperResolutionRecipe } from './recipe.js';
import { resolveRecipe } from './resolve-recipe.js';
import { trainSteps } from './train-steps.js';
import type { Trainer } from './trainer.js';

// Made by tools/oracles/gan_training.py with PyTorch.
const golden: {
  tolerance: number;
  seeds: Record<'generator' | 'picture' | 'edges' | 'patches', number>;
  steps: {
    losses: Record<string, number>;
    generator: Record<string, number>;
    average: Record<string, number>;
    discriminators: Record<string, Record<string, number>>;
  }[];
} = JSON.parse(readFileSync(new URL('./golden/gan-training.json', import.meta.url), 'utf8'));

const recipe = defineRecipe(ganRecipe);
const changed = (overrides: Record<string, unknown>): SuperResolutionRecipe =>
  resolveRecipe(ganRecipe, overrides) as SuperResolutionRecipe;
const batches = (seed = 1): (() => Promise<Batch>) => {
  const source = syntheticSource({ seed, patchSize: 8 });
  return () => source.next();
};

describeOnBackends('Adversarial training', () => {
  test('does what PyTorch does, step by step', async () => {
    const weights = (specs: ParameterSpecs, name: keyof typeof golden.seeds): ReadonlyMap<string, WeightTensor> =>
      randomWeights(golden.seeds[name])(specs);
    const { network } = recipe.discriminators.picture!;
    const specs = buildDiscriminator(network).parameters;
    await expectNoLeaks(async () => {
      const trainer = buildTrainer(recipe, {
        init: weights(buildNetwork(recipe.network).parameters, 'generator'),
        discriminatorInit: { picture: weights(specs, 'picture'), edges: weights(specs, 'edges') },
      });
      const next = batches(golden.seeds.patches);
      for (const expected of golden.steps) {
        const losses = await read(trainer.step(await next()));
        expect(Object.keys(losses)).toEqual(Object.keys(expected.losses));
        expectRelative(losses, expected.losses);
        const state = await trainer.state();
        expectRelative(norms(state.parameters), expected.generator);
        for (const [name, discriminator] of Object.entries(state.discriminators)) {
          expectRelative(norms(discriminator.parameters), expected.discriminators[name]!);
        }
        const average = trainer.averaged();
        expectRelative(norms(Object.fromEntries(await average.toWeights())), expected.average);
        average.dispose();
      }
      trainer.dispose();
    });
  });

  test('an interrupted and resumed training does exactly what an uninterrupted one does', async () => {
    // Everything that has a state: two phases, a penalty's random numbers, turns, ratios, calibration, accumulation.
    const phased = changed({
      steps: 9,
      accumulate: 2,
      generatorEvery: 2,
      'losses.content': { kind: 'discriminator-content', weight: 0.1, discriminator: 'picture', calibration: 2 },
      'losses.pixel.turn': { index: 0, of: 2 },
      'losses.smooth': { kind: 'charbonnier', weight: 1 },
      'discriminators.edges.objective': 'wasserstein',
      'discriminators.edges.every': 2,
      'discriminators.edges.network': { name: 'patch-discriminator', config: { features: 4, depth: 1 } },
      'phases.warm': { from: 0, losses: { picture: 0, content: 0, edges: 0 }, freeze: ['^tail'] },
      'phases.adversarial': {
        from: 3,
        freshOptimizers: true,
        schedule: { kind: 'cosine', learningRate: 1e-3, minimum: 0 },
      },
    });
    const whole = await run(phased);
    const store = memoryStore();
    const parts = [];
    for (const leaveAfter of [2, 3, 20]) parts.push(await run(phased, { store, leaveAfter }));
    expect(parts.map(({ losses }) => losses.length)).toEqual([2, 3, 4]);
    expect(parts.flatMap(({ losses }) => losses)).toEqual(whole.losses);
    expect(parts.at(-1)!.state).toEqual(whole.state);
    // The phases and turns are what they should be.
    expect(Object.keys(whole.losses[0]!)).toEqual(['pixel', 'smooth']);
    expect(Object.keys(whole.losses[1]!)).toEqual([]);
    expect(Object.keys(whole.losses[3]!)).toEqual(['picture.real', 'picture.fake']);
    expect(Object.keys(whole.losses[4]!)).toEqual([
      ...['pixel', 'picture', 'edges', 'content', 'smooth'],
      ...['picture.real', 'picture.fake', 'edges.real', 'edges.fake', 'edges.penalty'],
    ]);
  });

  test('keeps as many tensors from step to step, and none in the end', async () => {
    const before = memory().numTensors;
    const counts: number[] = [];
    await run(changed({ steps: 4 }), { onStep: () => counts.push(memory().numTensors) });
    expect(new Set(counts.slice(1)).size).toBe(1);
    expect(memory().numTensors).toBe(before);
  });
});

describeOnBackends(
  'A step',
  () => {
    test('of the generator leaves discriminators as they are, and the other way round', async () => {
      const alone = changed({ 'phases.alone': { discriminators: { picture: false, edges: false } } });
      const generator = await states(alone, 1);
      expect(generator.after.discriminators).toEqual(generator.before.discriminators);
      expect(generator.after.parameters).not.toEqual(generator.before.parameters);
      const judges = await states(
        changed({ 'phases.alone': { generator: false, discriminators: { edges: true } } }),
        1,
      );
      expect(judges.after.parameters).toEqual(judges.before.parameters);
      expect(judges.after.optimizer).toEqual(judges.before.optimizer);
      const { picture, edges } = judges.after.discriminators;
      expect(picture!.parameters).not.toEqual(judges.before.discriminators.picture!.parameters);
      expect(edges!.parameters['bn0_1.running_mean']).not.toEqual(
        judges.before.discriminators.edges!.parameters['bn0_1.running_mean'],
      );
      expect(Object.keys(judges.losses[0]!)).toEqual(['picture.real', 'picture.fake', 'edges.real', 'edges.fake']);
    });

    test('changes nothing of what is frozen, nor of what the optimizer keeps of it', async () => {
      const { before, after } = await states(
        changed({ 'phases.head': { train: ['^head', 'tail'], freeze: ['bias'] } }),
        2,
      );
      const names = Object.keys(before.parameters).filter(
        name => String(after.parameters[name]!.data) !== String(before.parameters[name]!.data),
      );
      expect(names).toEqual(['head.weight', 'tail.weight']);
      expect(Object.keys(after.optimizer.numbers)).toEqual(['learningRate', 'steps.head.weight', 'steps.tail.weight']);
    });

    test('takes discriminators only that a loss of the phase asks for', async () => {
      const { losses, after } = await states(
        changed({ 'losses.edges.weight': 0, 'phases.later': { from: 1, losses: { picture: 0 } } }),
        2,
      );
      expect(losses.map(step => Object.keys(step))).toEqual([
        ['pixel', 'picture', 'picture.real', 'picture.fake'],
        ['pixel'],
      ]);
      expect(Object.keys(after.discriminators)).toEqual(['picture']);
    });

    test('of several batches does what one of a large batch does', async () => {
      const plain = changed({ 'losses.picture': null, 'losses.edges': null, steps: 3 });
      const next = batches();
      const samples = await Promise.all(Array.from({ length: 6 }, next));
      const large = samples.flatMap((batch, i) => (i % 2 === 0 ? [joined(batch, samples[i + 1]!)] : []));
      const [one, two] = [buildTrainer(plain), buildTrainer(resolveRecipe(plain, { accumulate: 2 }))];
      for (const [i, batch] of large.entries()) {
        const whole = await read(one.step(batch));
        const parts = await read(two.step(...samples.slice(2 * i, 2 * i + 2)));
        expect(parts.pixel).toBeCloseTo(whole.pixel!, 6);
      }
      const [a, b] = await Promise.all([one.state(), two.state()]);
      for (const [name, { data }] of Object.entries(a.parameters)) {
        // Adam divides by the gradient's size: where that is near 0 rounding shows.
        data.forEach((value, i) => {
          expect(b.parameters[name]!.data[i]).toBeCloseTo(value, 5);
        });
      }
      one.dispose();
      two.dispose();
    });

    test('goes on where it was with a margin that moves', async () => {
      // What is judged is as large as before: 16 pixels of 18.
      const moving = changed({ steps: 6, jitter: 2 });
      const options = { patchSize: 9 };
      const whole = await run(moving, options);
      const store = memoryStore();
      await run(moving, { ...options, store, leaveAfter: 3 });
      const rest = await run(moving, { ...options, store });
      expect(rest.losses).toEqual(whole.losses.slice(3));
      expect(rest.state).toEqual(whole.state);
    });

    test('takes patches of other sizes than the step before, and beside one another', async () => {
      const plain = changed({ 'losses.picture': null, 'losses.edges': null, accumulate: 2 });
      await expectNoLeaks(async () => {
        const trainer = buildTrainer(plain);
        const [small, large] = [syntheticSource({ patchSize: 5 }), syntheticSource({ patchSize: 8, batchSize: 1 })];
        for (let i = 0; i < 2; i++) {
          const { pixel } = await read(trainer.step(await small.next(), await large.next()));
          expect(pixel).toBeGreaterThan(0);
        }
        trainer.dispose();
      });
    });

    test('measures scales before the first one, by which every layer counts about one', async () => {
      const content = { kind: 'discriminator-content', weight: 1, discriminator: 'picture', calibration: 3 };
      const { losses, before } = await states(
        changed({ losses: { content: { ...content, preset: 'average' } }, steps: 2 }),
        1,
      );
      expect(Object.keys(before.calibrations)).toEqual(['content']);
      // Of the first of the three batches that the mean was taken over.
      expect(losses[0]!.content).toBeGreaterThan(0.5);
      expect(losses[0]!.content).toBeLessThan(2);
    });

    test('names the first term that is not finite', async () => {
      const store = memoryStore();
      const failure = run(changed({ 'losses.picture.weight': 1e300 }), { store });
      await expect(failure).rejects.toMatchObject({
        code: 'train/not-finite',
        message: expect.stringMatching(/"picture" is -?Infinity at step 1/),
      });
      expect(await store.list()).toEqual([]);
    });
  },
  { only: ['cpu'] },
);

describeOnBackends(
  'A generator with outputs of its own',
  () => {
    test('trains the branch of SPSR first, by its own output', async () => {
      const spsr = changed({
        network: { name: 'spsr', config: { scale: 2, channels: 4, blocks: 1, growth: 2 } },
        'losses.gradient': { kind: 'gradient-map', weight: 0.01, preset: 'code' },
        'losses.branch': { kind: 'gradient-map', weight: 0.5, output: 'gradient' },
        'discriminators.edges.sees.padding': 2,
        'discriminators.edges.network.config.size': 18,
        'phases.branch': { train: ['f_'] },
        'phases.all': { from: 1 },
      });
      const first = await states(spsr, 1);
      const moved = Object.keys(first.before.parameters).filter(
        name => String(first.after.parameters[name]!.data) !== String(first.before.parameters[name]!.data),
      );
      expect(moved.length).toBeGreaterThan(0);
      for (const name of moved) expect(name).toContain('f_');
      const { losses, after } = await states(spsr, 2);
      expect(Object.keys(losses[1]!).slice(0, 5)).toEqual(['pixel', 'picture', 'edges', 'gradient', 'branch']);
      expect(after.parameters['model.0.weight']).not.toEqual(first.after.parameters['model.0.weight']);
    });
  },
  { only: ['wasm'] },
);

test('a recipe that names what it does not have says so', () => {
  const message = (overrides: Record<string, unknown>): string => {
    try {
      checkRecipe(changed(overrides));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message({ 'losses.picture.discriminator': 'pictur' })).toBe(
    'Recipe: losses.picture.discriminator: there is no discriminator "pictur"; there are picture, edges. Did you mean "picture"?',
  );
  expect(message({ 'discriminators.edges.sees': { kind: 'features', encoder: 'vgg', layer: 'relu1_1' } })).toBe(
    'Recipe: discriminators.edges.sees.encoder: there is no encoder "vgg"; there is none.',
  );
  expect(message({ 'phases.a': { losses: { pixl: 0 } } })).toMatch(/phases\.a\.losses: there is no loss "pixl"/);
  expect(message({ 'phases.a.train': ['('] })).toMatch(/phases\.a\.train\.0: expected a regular expression/);
  expect(message({ 'discriminators.edges.objectiv': 'ragan' })).toMatch(
    /Did you mean "discriminators.edges.objective"/,
  );
  expect(message({ 'phases.a.from': '3 epoch' })).toMatch(/phases\.a\.from: expected a number of steps, or of epochs/);
});

async function read(terms: Record<string, Scalar>): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [name, term] of Object.entries(terms)) values[name] = (await term.data())[0]!;
  dispose(terms);
  return values;
}

function norms(parameters: Readonly<Record<string, WeightTensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, Math.hypot(...data)]));
}

function expectRelative(received: Record<string, number>, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    // Of a buffer that counts the steps there is none here.
    if (name.endsWith('num_batches_tracked')) continue;
    expect(Math.abs(received[name]! - value), name).toBeLessThanOrEqual(golden.tolerance * Math.abs(value));
  }
}

/** The state before the first step and after so many. */
async function states(
  asked: SuperResolutionRecipe,
  steps: number,
): Promise<Record<'before' | 'after', Awaited<ReturnType<Trainer['state']>>> & { losses: Record<string, number>[] }> {
  const trainer = buildTrainer(asked);
  const source = syntheticSource({ patchSize: 8 });
  const start = source.state();
  await trainer.prepare(() => source.next());
  source.restore(start);
  const before = await trainer.state();
  const losses: Record<string, number>[] = [];
  for (let i = 0; i < steps; i++) losses.push(await read(trainer.step(await source.next())));
  const after = await trainer.state();
  trainer.dispose();
  return { before, after, losses };
}

async function run(
  asked: SuperResolutionRecipe,
  {
    store = memoryStore(),
    leaveAfter = Number.POSITIVE_INFINITY,
    patchSize = 8,
    onStep,
  }: {
    store?: ReturnType<typeof memoryStore>;
    leaveAfter?: number;
    patchSize?: number;
    onStep?: () => unknown;
  } = {},
): Promise<{ losses: Record<string, number>[]; state: Awaited<ReturnType<Trainer['state']>> }> {
  const trainer = buildTrainer(asked);
  const losses: Record<string, number>[] = [];
  try {
    const steps = trainSteps({
      training: trainer,
      source: syntheticSource({ patchSize }),
      steps: asked.steps as number,
      recipe: asked,
      store,
      resume: true,
    });
    for await (const step of steps) {
      losses.push(step.losses as Record<string, number>);
      onStep?.();
      if (losses.length === leaveAfter) break;
    }
    return { losses, state: await trainer.state() };
  } finally {
    trainer.dispose();
  }
}

function joined(a: Batch, b: Batch): Batch {
  const images = (name: 'input' | 'target'): Batch['input'] => {
    const [batch, height, width] = a[name].shape;
    const data = new Float32Array(a[name].data.length * 2);
    data.set(a[name].data);
    data.set(b[name].data, a[name].data.length);
    return { data, shape: [2 * batch, height, width, 3] };
  };
  return { input: images('input'), target: images('target') };
}
