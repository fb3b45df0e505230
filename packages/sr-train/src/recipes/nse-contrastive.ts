import type { Context } from 'sr-losses';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import type { StructureInput, StructureRecipe } from '../structure/structure-recipe.js';

/**
 * The structure extractor of SPSR-P, trained by contextual prediction: InfoNCE with exp(64 cos), the answers predicted from two
 * neighbours whose receptive fields do not overlap, all other features of the patch as wrong ones.
 *
 * The paper tells patches of 400 pixels (about 10,000 wrong answers), 48 of them a batch, Adam, the rate times 0.2 every 20
 * epochs; how many epochs it does not tell: 80, until the rate has fallen three times. Of flips and turns nothing is said; there
 * are none, for which side is up is part of the structure. `small` takes 4 patches of 192 pixels a step, as the evaluation has
 * them (2,051 wrong answers), asks 64 questions about each, and lowers the rate along half a cosine.
 *
 * @param options.form default `paper`
 * @param options.context default `horizontal`, the paper's choice (table V)
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, sections 3.4 and 4.1
 * @example
 * const run = train(recipes.nseContrastive({ form: 'small' }), { data: 'photos/', out: 'runs/nse' });
 */
export const nseContrastive: RecipeFamily<{ form: 'paper' | 'small'; context: Context }, StructureRecipe> =
  recipeFamily(
    { form: ['paper', 'small'], context: ['horizontal', 'vertical', 'cross'] },
    ({ form, context }) =>
      ({
        task: 'structure',
        name: 'nse-contrastive',
        form,
        source: 'Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, sections 3.4 and 4.1',
        network: { name: 'nse' },
        optimizer: { kind: 'adam' },
        ...(form === 'paper'
          ? {
              pretext: { kind: 'context', context, gamma: 64, questions: 1 },
              schedule: { kind: 'every', learningRate: 1e-3, every: '20 epochs', factor: 0.2 },
              steps: '80 epochs',
              data: { batchSize: 48, patchSize: 400, tiles: true, augment: false },
            }
          : {
              pretext: { kind: 'context', context, gamma: 64, questions: 64 },
              schedule: { kind: 'cosine', learningRate: 1e-3, minimum: 1e-6 },
              steps: 1500,
              data: { batchSize: 4, patchSize: 192, augment: false },
              validation: { every: 250, heldOut: 16 },
            }),
      }) satisfies StructureInput as StructureInput,
  );
