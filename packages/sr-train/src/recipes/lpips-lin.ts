import type { EncoderName, LpipsInput, LpipsRecipe } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';

interface Choices {
  readonly form: 'paper' | 'small';
  readonly network: 'alex' | 'squeeze' | 'vgg';
}

const encoders: Readonly<Record<Choices['network'], EncoderName>> = {
  alex: 'alexnet',
  squeeze: 'squeezenet',
  vgg: 'vgg16',
};

/**
 * The linear layers of LPIPS by what people find nearer to a reference, on folders of BAPPS: five epochs at the full rate,
 * five in which it falls (the authors lower it after each epoch, here it falls step by step).
 *
 * @param options.form default `paper`; `small` has a tenth of the epochs at ten times the rate
 * @param options.network default `alex`
 * @see Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018, section 3.3 and
 *   appendix; train.py of its authors
 * @example
 * const run = train(recipes.lpipsLin({ network: 'squeeze' }), { data: 'dataset/2afc/train', out: 'runs/lpips' });
 */
export const lpipsLin: RecipeFamily<{ [Name in keyof Choices]: Choices[Name] }, LpipsRecipe> = recipeFamily(
  { form: ['paper', 'small'], network: ['alex', 'squeeze', 'vgg'] },
  ({ form, network }) => {
    const share = form === 'small' ? 0.1 : 1;
    return {
      task: 'lpips',
      name: 'lpips-lin',
      form,
      source: 'Zhang et al., "The unreasonable effectiveness of deep features", CVPR 2018, section 3.3 and appendix',
      network: { name: 'lpips-linear' },
      encoder: { network: encoders[network], preprocessing: 'lpips' },
      optimizer: { kind: 'adam', beta1: 0.5 },
      schedule: { kind: 'linear', learningRate: 1e-4 / share, from: `${5 * share} epochs` },
      steps: `${10 * share} epochs`,
      data: { batchSize: 50, patchSize: 64 },
      validation: { every: `${share} epochs`, heldOut: 500 },
    } satisfies LpipsInput as LpipsInput;
  },
);
