import { memory } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import { describeOnBackends } from 'sr-tensor/testing';
import { writeSafetensors } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { type CheckpointStore, decodeCheckpoint } from './checkpoint.js';
import { syntheticSource } from './fixtures/synthetic-source.js';
import { memoryStore } from './memory-store.js';
import type { Recipe } from './recipe.js';
import { resolveRecipe } from './resolve-recipe.js';
import {
  type TrainObserver,
  type TrainResult,
  type TrainStep,
  type TrainStepsOptions,
  trainSteps,
} from './train-steps.js';
import type { Trainer } from './trainer.js';

/** Small, with everything that has a state: average, clipping, schedule with warm-up, two terms. */
const recipe: Recipe = resolveRecipe('compact', {
  steps: 12,
  'network.config': { scale: 2, channels: 4, depth: 1 },
  'losses.pixel.weight': 0.7,
  'losses.smooth': { kind: 'charbonnier', weight: 0.3 },
  'schedule.warmUp': 3,
  emaDecay: 0.9,
  clipNorm: 0.5,
});

describeOnBackends('trainSteps', () => {
  test('an interrupted and resumed training does exactly what an uninterrupted one does', async () => {
    const whole = await run();
    const store = memoryStore();
    const first = await run({ store, leaveAfter: 5 });
    const second = await run({ store, resume: true, leaveAfter: 4 });
    const third = await run({ store, resume: true });
    expect([...first.steps, ...second.steps, ...third.steps].map(step => step.losses)).toEqual(
      whole.steps.map(step => step.losses),
    );
    expect([first, second, third].flatMap(({ steps }) => steps.map(({ learningRate }) => learningRate))).toEqual(
      whole.steps.map(({ learningRate }) => learningRate),
    );
    expect([...first.scores, ...second.scores, ...third.scores]).toEqual(whole.scores);
    expect(third.log).toEqual(whole.log.slice(-third.log.length));
    expect(third.state).toEqual(whole.state);
    expect(third.result.best).toEqual(whole.result.best);
  });

  test('keeps as many tensors from step to step, and none in the end', async () => {
    const before = memory().numTensors;
    const counts: number[] = [];
    await run({ onStep: () => counts.push(memory().numTensors) });
    // The optimizer's moments come with the first step.
    expect(new Set(counts.slice(1)).size).toBe(1);
    expect(memory().numTensors).toBe(before);
  });

  test('stops at the step whose loss is not a number, and saves the state before it', async () => {
    const before = memory().numTensors;
    const store = memoryStore();
    const spoil = (batch: Batch, number: number): Batch => {
      if (number === 7) batch.target.data[5] = Number.NaN;
      return batch;
    };
    const failure = run({ store, everySteps: 4, change: spoil });
    await expect(failure).rejects.toMatchObject({
      code: 'train/not-finite',
      message: expect.stringMatching(/"pixel" is NaN at step 8/),
    });
    expect(await store.list()).toEqual([7, 4]);
    expect(memory().numTensors).toBe(before);
    // With the batch as it should be, the training goes on as if nothing had happened.
    const [whole, resumed] = [await run(), await run({ store, resume: true })];
    expect(resumed.steps[0]!.iteration).toBe(8);
    expect(resumed.state).toEqual(whole.state);
  });
});

describeOnBackends(
  'trainSteps',
  () => {
    test('saves after so many steps, keeps the last two, and saves in the end', async () => {
      const saved: number[] = [];
      const store = memoryStore();
      await run({ store, everySteps: 5, observer: { onCheckpoint: ({ iteration }) => saved.push(iteration) } });
      expect(saved).toEqual([5, 10, 12]);
      expect(await store.list()).toEqual([12, 10]);
    });

    test('saves after so many minutes', async () => {
      const saved: number[] = [];
      const observer: TrainObserver = { onCheckpoint: ({ iteration }) => saved.push(iteration) };
      await run({ store: memoryStore(), everyMinutes: 0, observer });
      expect(saved).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    });

    test('saves when it is aborted, and rejects', async () => {
      const controller = new AbortController();
      const store = memoryStore();
      const aborted = run({
        store,
        signal: controller.signal,
        onStep: ({ iteration }) => iteration === 6 && controller.abort(),
      });
      await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
      expect(await store.list()).toEqual([6]);
    });

    test('passes over a checkpoint that cannot be read', async () => {
      const store = memoryStore();
      await run({ store, everySteps: 4, leaveAfter: 8 });
      const damaged: CheckpointStore = {
        ...store,
        read: async iteration => (await store.read(iteration)).subarray(0, iteration === 8 ? 1000 : undefined),
      };
      const skipped: string[] = [];
      const resumed = await run({
        store: damaged,
        resume: true,
        observer: { onStart: event => skipped.push(...event.skipped) },
      });
      expect(resumed.steps[0]?.iteration).toBe(5);
      expect(skipped).toEqual([expect.stringContaining('step 8')]);
      const allDamaged: CheckpointStore = { ...store, read: async () => new Uint8Array(10) };
      await expect(run({ store: allDamaged, resume: true })).rejects.toMatchObject({ code: 'train/checkpoint' });
    });

    test('refuses a checkpoint of another recipe and names the field', async () => {
      const store = memoryStore();
      await run({ store, leaveAfter: 2 });
      const before = memory().numTensors;
      const other = { ...recipe, data: { ...recipe.data, batchSize: 4 } };
      await expect(run({ store, resume: true, recipe: other })).rejects.toMatchObject({
        code: 'train/recipe-changed',
        message: expect.stringMatching(/data\.batchSize was 16, now it is 4/),
      });
      expect(memory().numTensors).toBe(before);
    });

    test('keeps the best of the validations', async () => {
      const scores = [20, 22, 21, 22];
      const validated: [number, boolean][] = [];
      const { result } = await run({
        validation: { every: 3, run: async () => ({ scores: { psnr: scores.shift()! } }) },
        observer: { onValidation: ({ iteration, isBest }) => validated.push([iteration, isBest]) },
      });
      // A tie keeps the earlier one.
      expect(validated).toEqual([
        [3, true],
        [6, true],
        [9, false],
        [12, false],
      ]);
      expect(result.best).toMatchObject({ iteration: 6, scores: { psnr: 22 } });
    });

    test('finishes the checkpoint that it is writing when it is aborted', async () => {
      const controller = new AbortController();
      const store = memoryStore();
      const slow: CheckpointStore = {
        ...store,
        async write(iteration, bytes) {
          controller.abort();
          await new Promise(resolve => setTimeout(resolve, 10));
          await store.write(iteration, bytes);
        },
      };
      await expect(run({ store: slow, everySteps: 5, signal: controller.signal })).rejects.toMatchObject({
        code: 'aborted',
      });
      expect(await store.list()).toEqual([5]);
      expect((await run({ store, resume: true })).state).toEqual((await run()).state);
    });

    test('leaves the store alone when the source or the saving fails', async () => {
      const store = memoryStore();
      const broken = run({
        store,
        everySteps: 2,
        change: (batch, number) => {
          if (number === 3) throw new Error('no more pictures');
          return batch;
        },
      });
      await expect(broken).rejects.toThrow('no more pictures');
      expect(await store.list()).toEqual([2]);
      const full: CheckpointStore = {
        ...memoryStore(),
        write: async () => {
          throw new Error('full');
        },
      };
      await expect(run({ store: full, everySteps: 2 })).rejects.toThrow('full');
    });

    test('logs the mean of the losses of so many steps', async () => {
      const { steps, log } = await run({ logEvery: 5 });
      expect(log.map(({ iteration }) => iteration)).toEqual([5, 10, 12]);
      const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
      expect(log[1]?.losses.pixel).toBeCloseTo(mean(steps.slice(5, 10).map(({ losses }) => losses.pixel!)), 12);
      expect(log[2]?.losses.smooth).toBeCloseTo(mean(steps.slice(10).map(({ losses }) => losses.smooth!)), 12);
    });
  },
  { only: ['cpu'] },
);

describe('A checkpoint', () => {
  test('that is none, of another version, or of something else is refused', () => {
    const refused = (bytes: Uint8Array, message: string): void =>
      expect(() => decodeCheckpoint(bytes)).toThrow(
        expect.objectContaining({ code: 'train/checkpoint', message: expect.stringContaining(message) }),
      );
    const file = (metadata: Record<string, string>): Uint8Array => writeSafetensors(new Map(), { metadata });
    refused(new Uint8Array([1, 2, 3]), 'cannot be read');
    refused(file({ format: 'pt' }), 'not a checkpoint');
    refused(
      file({ format: 'sr-train', version: '1', state: '{}' }),
      'Expected a checkpoint of version 2, received one of version 1',
    );
  });
});

interface RunOptions
  extends Partial<Pick<TrainStepsOptions, 'store' | 'resume' | 'observer' | 'signal' | 'validation' | 'logEvery'>> {
  recipe?: Recipe;
  leaveAfter?: number;
  everySteps?: number;
  everyMinutes?: number;
  change?: (batch: Batch, number: number) => Batch;
  onStep?: (step: TrainStep) => unknown;
}

interface Outcome {
  steps: TrainStep[];
  scores: number[];
  log: { iteration: number; losses: Readonly<Record<string, number>> }[];
  result: TrainResult;
  state: Awaited<ReturnType<Trainer['state']>>;
}

/** Trains by the small recipe on noise and tells everything that can be compared. */
async function run(options: RunOptions = {}): Promise<Outcome> {
  const { leaveAfter = Number.POSITIVE_INFINITY, everySteps, everyMinutes, change, onStep, observer } = options;
  const asked = options.recipe ?? recipe;
  const trainer = buildTrainer(asked);
  const [steps, scores, log]: [TrainStep[], number[], Outcome['log']] = [[], [], []];
  try {
    const generator = trainSteps({
      training: trainer,
      source: syntheticSource(change ? { change } : {}),
      recipe: asked,
      steps: asked.steps as number,
      checkpoint: { ...(everySteps && { everySteps }), ...(everyMinutes !== undefined && { everyMinutes }) },
      // Any number that the averaged parameters decide.
      validation: options.validation ?? {
        every: 4,
        run: async ({ parameters }) => ({ scores: { psnr: (await parameters.get('tail.weight').data())[0]! } }),
      },
      ...(options.store && { store: options.store }),
      ...(options.resume && { resume: true }),
      ...(options.signal && { signal: options.signal }),
      logEvery: options.logEvery ?? 3,
      observer: {
        ...observer,
        onLog: ({ iteration, losses }) => log.push({ iteration, losses }),
        onValidation: event => {
          scores.push(event.score.scores.psnr!);
          return observer?.onValidation?.(event);
        },
      },
    });
    let next = await generator.next();
    while (!next.done) {
      steps.push(next.value);
      onStep?.(next.value);
      next = steps.length === leaveAfter ? await generator.return(left) : await generator.next();
    }
    return { steps, scores, log, result: next.value, state: await trainer.state() };
  } finally {
    trainer.dispose();
  }
}

/** The result of a run whose loop was left. */
const left: TrainResult = { iteration: 0, best: undefined, seconds: 0 };
