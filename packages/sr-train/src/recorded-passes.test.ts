import { dispose, keep, memory, mul, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { nativeBackend } from 'sr-tensor';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { ganRecipe } from './fixtures/gan-recipe.js';
import { syntheticSource } from './fixtures/synthetic-source.js';
import { unrecorded } from './fixtures/unrecorded.js';
import type { SuperResolutionRecipe } from './recipe.js';
import { RecordedPasses } from './recorded-passes.js';
import { resolveRecipe } from './resolve-recipe.js';
import type { TrainerState } from './trainer.js';

/** What a trainer of the recipe has become after nine steps, and the losses of each. */
async function trained(
  overrides: Record<string, unknown>,
  { stop = 0 }: { stop?: number } = {},
): Promise<{ state: TrainerState; losses: number[] }> {
  const open = () => buildTrainer(resolveRecipe(ganRecipe, overrides) as SuperResolutionRecipe);
  let trainer = open();
  const source = syntheticSource({ seed: 1, patchSize: 8 });
  const losses: number[] = [];
  for (let i = 1; i <= 9; i++) {
    const terms = trainer.step(await source.next());
    for (const term of Object.values(terms)) losses.push((await term.data())[0]!);
    dispose(terms);
    if (i !== stop) continue;
    const state = await trainer.state();
    trainer.dispose();
    trainer = open();
    trainer.restore(state);
  }
  const state = await trainer.state();
  trainer.dispose();
  return { state, losses };
}

describeOnBackends(
  'Recorded steps',
  () => {
    afterEach(() => vi.restoreAllMocks());

    test.each([
      ['of a generator and two discriminators', {}, 3],
      ['without discriminators', { 'losses.picture.weight': 0, 'losses.edges.weight': 0 }, 1],
      // The points of the penalty are random: that discriminator is not recorded.
      ['with a penalty', { 'discriminators.picture.objective': 'wasserstein' }, 2],
    ])('%s are the steps without, and go on exactly', async (_, overrides, functions) => {
      const tensors = memory().numTensors;
      const expected = await unrecorded(() => trained(overrides));
      const native = nativeBackend()!;
      const [defined, removed] = [vi.spyOn(native, 'defineFunction'), vi.spyOn(native, 'removeFunction')];
      const recorded = await trained(overrides);
      expect(recorded.losses).toHaveLength(expected.losses.length);
      for (const [i, loss] of expected.losses.entries()) {
        expect(Math.abs(recorded.losses[i]! - loss), `loss ${i}: ${loss}`).toBeLessThan(1e-4 * Math.abs(loss));
      }
      expect(defined).toHaveBeenCalledTimes(functions);
      expect(removed).toHaveBeenCalledTimes(functions);
      expect(await trained(overrides, { stop: 4 })).toEqual(recorded);
      expect(memory().numTensors).toBe(tensors);
    });

    test('go by key and shapes, and begin anew when forgotten', async () => {
      const passes = new RecordedPasses();
      const native = nativeBackend()!;
      const defined = vi.spyOn(native, 'defineFunction');
      const calls: number[] = [];
      const run = async (key: unknown, factor: number, values: number[]): Promise<void> => {
        const x = tensor1d(values);
        const { all } = passes.run([key], [x], () => {
          calls.push(factor);
          return { all: { y: tidy(() => keep(mul(x, factor))) as Tensor } };
        });
        await expectClose(
          all.y,
          values.map(value => value * factor),
        );
        dispose([x, all.y]);
      };
      const before = memory().numTensors;
      for (let i = 0; i < 5; i++) {
        await run('two', 2, [i, 1]);
        await run('three', 3, [i, 1]);
        await run('two', 2, [1, i, 3]);
      }
      expect(defined).toHaveBeenCalledTimes(3);
      // For the recording only.
      expect(calls.filter(factor => factor === 3)).toHaveLength(2);
      passes.forget();
      await run('two', 5, [1, 2]);
      passes.forget();
      expect(memory().numTensors).toBe(before);
    });
  },
  { only: ['native'] },
);
