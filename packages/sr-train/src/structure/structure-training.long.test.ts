import { describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { syntheticSource } from '../fixtures/synthetic-source.js';
import type { StructureRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { trainSteps } from '../train-steps.js';
import { buildStructureTraining } from './build-structure-training.js';

describeOnBackends(
  'A structure extractor',
  () => {
    test.each(['nse-contrastive', 'nse-jigsaw'])('learns four patches by heart by %s', async name => {
      const steps = 400;
      const recipe = resolveRecipe(name, { form: 'small', steps, 'pretext.questions': 16 }) as StructureRecipe;
      const training = buildStructureTraining(recipe);
      const source = syntheticSource({ batchSize: 4, patchSize: 64, scale: 1 });
      const batch = await source.next();
      const losses: number[] = [];
      for await (const step of trainSteps({ training, source: { ...source, next: async () => batch }, steps })) {
        losses.push(...Object.values(step.losses));
      }
      // ln(1 + wrong answers) or ln 24.
      const guess = -Math.log(training.task.chance({ height: 16, width: 16 }));
      training.dispose();
      const last = losses.slice(-20).reduce((sum, x) => sum + x, 0) / 20;
      expect(last).toBeLessThan(guess / 10);
    });
  },
  { only: ['native'] },
);
