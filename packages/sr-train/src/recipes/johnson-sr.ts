import type { RecipeLoss, SuperResolutionInput } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { perceptualValidation } from './perceptual.js';

type Form = 'paper' | 'code' | 'small';
type Scale = 4 | 8;
type Family = RecipeFamily<{ form: Form; scale: Scale }>;

const source =
  'Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, section 4.2';
const forms = { form: ['paper', 'code', 'small'], scale: [4, 8] } as const;

/**
 * Johnson's super-resolution by errors of pixels, what the other recipe is compared with.
 *
 * @param options.form default `paper`; `code` ends in 150 tanh and smooths by total variation
 * @param options.scale default 4
 * @see Johnson et al., ECCV 2016, section 4.2 and supplement
 * @example
 * const run = train(recipes.johnsonSrPixel({ scale: 8 }), { data: 'coco/train2014', out: 'runs/pixel' });
 */
export const johnsonSrPixel: Family = recipeFamily(forms, choice =>
  johnsonSr({ ...choice, name: 'johnson-sr-pixel', losses: { pixel: { kind: 'l2', weight: 1 } } }),
);

/**
 * Johnson's super-resolution by features of VGG-16: relu2_2, in the code relu3_3.
 *
 * @param options.form default `paper`; `code` ends in 150 tanh and smooths by total variation
 * @param options.scale default 4
 * @see Johnson et al., ECCV 2016, equation 2, section 4.2 and supplement
 * @example
 * const run = train(recipes.johnsonSrFeature(), { data: 'coco/train2014', out: 'runs/feature' });
 */
export const johnsonSrFeature: Family = recipeFamily(forms, choice => {
  const isSmall = choice.form === 'small';
  const preset = choice.form === 'code' ? 'fast-neural-style' : 'johnson';
  return {
    ...johnsonSr({
      ...choice,
      name: 'johnson-sr-feature',
      losses: {
        feature: { kind: 'feature', encoder: 'feature', weight: 1, preset, ...(isSmall && { layers: ['fire3'] }) },
      },
    }),
    encoders: { feature: { network: isSmall ? 'squeezenet' : 'vgg16' } },
    validation: perceptualValidation(isSmall),
  };
});

function johnsonSr({
  name,
  form,
  scale,
  losses,
}: {
  name: string;
  form: Form;
  scale: Scale;
  losses: Readonly<Record<string, RecipeLoss>>;
}): SuperResolutionInput {
  const isSmall = form === 'small';
  const isCode = form === 'code';
  return {
    name,
    form,
    source,
    network: {
      name: 'johnson-sr',
      config: { scale, output: isCode ? 'code' : 'paper', ...(isSmall && { channels: 32, blocks: 3 }) },
    },
    losses: {
      ...losses,
      // -tv_strength of train.lua.
      ...(isCode && { smoothness: { kind: 'total-variation', preset: 'johnson', weight: 1e-6 } }),
    },
    optimizer: { kind: 'adam' },
    schedule: { kind: 'constant', learningRate: 1e-3 },
    steps: isSmall ? 4000 : 200_000,
    data: {
      batchSize: isSmall ? 8 : 4,
      patchSize: (isSmall ? 96 : 288) / scale,
      augment: isSmall,
      degradation: { kind: 'blur-bicubic', sigma: 1 },
    },
    ...(isSmall && { validation: { every: 500 } }),
  };
}
