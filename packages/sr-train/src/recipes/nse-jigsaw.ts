import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import type { StructureInput, StructureRecipe } from '../structure/structure-recipe.js';

/**
 * The structure extractor of SPSR-J, trained by a jigsaw: which of 24 orders do the four features of a grid come in?
 *
 * The paper tells patches of 400 pixels, 48 of them a batch, the rate 1e-4, lowered every 30 epochs; by how much and how many
 * epochs it does not tell: times 0.2 as for contextual prediction, 120 epochs. `small` takes 4 patches of 192 pixels a step,
 * puts 64 grids together in each, and lowers the rate along half a cosine from 1e-3.
 *
 * @param options.form default `paper`
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, sections 3.4 and 4.1
 * @example
 * const run = train(recipes.nseJigsaw({ form: 'small' }), { data: 'photos/', out: 'runs/nse-jigsaw' });
 */
export const nseJigsaw: RecipeFamily<{ form: 'paper' | 'small' }, StructureRecipe> = recipeFamily(
  { form: ['paper', 'small'] },
  ({ form }) =>
    ({
      task: 'structure',
      name: 'nse-jigsaw',
      form,
      source: 'Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, sections 3.4 and 4.1',
      network: { name: 'nse' },
      optimizer: { kind: 'adam' },
      ...(form === 'paper'
        ? {
            pretext: { kind: 'jigsaw', questions: 1 },
            schedule: { kind: 'every', learningRate: 1e-4, every: '30 epochs', factor: 0.2 },
            steps: '120 epochs',
            data: { batchSize: 48, patchSize: 400, tiles: true, augment: false },
          }
        : {
            pretext: { kind: 'jigsaw', questions: 64 },
            schedule: { kind: 'cosine', learningRate: 1e-3, minimum: 1e-6 },
            steps: 1500,
            data: { batchSize: 4, patchSize: 192, augment: false },
            validation: { every: 250, heldOut: 16 },
          }),
    }) satisfies StructureInput as StructureInput,
);
