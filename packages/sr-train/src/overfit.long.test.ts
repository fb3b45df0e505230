import { describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { syntheticSource } from './fixtures/synthetic-source.js';
import { resolveRecipe } from './resolve-recipe.js';
import { trainSteps } from './train-steps.js';

describeOnBackends(
  'The compact network',
  () => {
    test('learns two patches by heart', async () => {
      const recipe = resolveRecipe('compact', { steps: 600, 'schedule.warmUp': 20 });
      const trainer = buildTrainer(recipe);
      // Inputs of noise and targets that hang together: waves of 8 and more pixels that the inputs do not show.
      const source = syntheticSource({ batchSize: 2, patchSize: 12, scale: 4, change: batch => batch });
      const batch = await source.next();
      const side = batch.target.shape[1];
      for (let i = 0; i < batch.target.data.length; i++) {
        const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
        batch.target.data[i] = 0.5 + 0.25 * Math.sin(x / 8) + 0.25 * Math.cos(y / 8 + (i % 3));
      }
      const losses: number[] = [];
      const steps = trainSteps({
        training: trainer,
        source: { ...source, next: async () => batch },
        steps: recipe.steps as number,
      });
      for await (const step of steps) losses.push(step.losses.pixel!);
      trainer.dispose();
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
    });
  },
  { only: ['native'] },
);
