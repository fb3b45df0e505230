import { memory } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import { encoderOf, nse } from 'sr-models';
import { describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint.js';
import { syntheticSource } from '../fixtures/synthetic-source.js';
import type { StructureRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { buildStructureTraining } from './build-structure-training.js';
import type { StructureTraining } from './structure-training.js';

const recipe = (name: string, overrides: Readonly<Record<string, unknown>> = {}): StructureRecipe =>
  resolveRecipe(name, {
    form: 'small',
    'network.config.channels': 4,
    'pretext.questions': 3,
    schedule: { kind: 'every', learningRate: 1e-3, every: 2, factor: 0.2 },
    emaDecay: 0.9,
    clipNorm: 10,
    ...overrides,
  }) as StructureRecipe;

const source = () => syntheticSource({ batchSize: 2, patchSize: 64, scale: 1 });

async function train(
  training: StructureTraining,
  batches: { next(): Promise<Batch> },
  steps: number,
): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const [loss, ...others] = Object.values(training.step(await batches.next()));
    expect(others).toEqual([]);
    losses.push((await loss!.data())[0]!);
    loss!.dispose();
  }
  return losses;
}

describeOnBackends('StructureTraining', () => {
  test.each(['nse-contrastive', 'nse-jigsaw'])('%s goes on exactly from its state and leaks nothing', async name => {
    const before = memory().numTensors;
    const [whole, first] = [buildStructureTraining(recipe(name)), buildStructureTraining(recipe(name))];
    const batches = source();
    const losses = await train(whole, source(), 4);
    expect(losses.every(Number.isFinite)).toBe(true);

    const parts = await train(first, batches, 2);
    const state = decodeCheckpoint(encodeCheckpoint(await first.state())) as never;
    first.dispose();
    const second = buildStructureTraining(recipe(name, { seed: 9 }));
    second.restore(state);
    parts.push(...(await train(second, batches, 2)));
    expect(parts).toEqual(losses);
    expect(second.iteration).toBe(4);
    expect(await second.state()).toEqual(await whole.state());

    whole.dispose();
    second.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describeOnBackends(
  'StructureTraining',
  () => {
    test('changes every parameter of extractor and head', async () => {
      const training = buildStructureTraining(recipe('nse-contrastive', { emaDecay: 0 }));
      const before = await training.state();
      await train(training, source(), 1);
      const after = await training.state();
      for (const part of ['extractor', 'head'] as const) {
        for (const [name, { data }] of Object.entries(before[part].parameters)) {
          expect(after[part].parameters[name]!.data, `${part} ${name}`).not.toEqual(data);
        }
      }
      training.dispose();
    });

    test('follows its schedule', async () => {
      const training = buildStructureTraining(recipe('nse-contrastive'));
      const rates = [training.learningRate];
      await train(training, source(), 2);
      rates.push(training.learningRate);
      expect(rates[0]).toBe(1e-3);
      expect(rates[1]).toBeCloseTo(2e-4, 12);
      training.dispose();
    });

    test('begins with given weights and gives the extractor, averaged', async () => {
      const given = buildStructureTraining(recipe('nse-contrastive', { seed: 5 })).averaged();
      const init = await given.toWeights();
      const training = buildStructureTraining(recipe('nse-contrastive'), { init });
      await train(training, source(), 1);
      const averaged = training.averaged();
      const [start, mean, last] = [init, await averaged.toWeights(), (await training.state()).extractor.parameters];
      for (const [name, { data }] of mean) {
        for (const [i, value] of data.entries()) {
          expect(value).toBeCloseTo(0.9 * start.get(name)!.data[i]! + 0.1 * last[name]!.data[i]!, 6);
        }
      }
      const encoder = encoderOf({ network: nse({ channels: 4 }), parameters: averaged });
      expect(encoder.layers).toContain('conv6');
      averaged.dispose();
      given.dispose();
      training.dispose();
    });
  },
  { only: ['wasm'] },
);
