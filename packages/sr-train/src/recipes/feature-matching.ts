import type { RecipeLoss, SuperResolutionInput } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { deepest, perceptualValidation, squeezed, vgg19Or } from './perceptual.js';

type Form = 'paper' | 'small';
type Family = RecipeFamily<{ form: Form }>;

const forms = { form: ['paper', 'small'] } as const;

/**
 * M_p of adversarial feature matching: Huber's loss of pixels alone.
 *
 * @param options.form default `paper`
 * @see Akella et al., "Enhancing perceptual loss with adversarial feature matching for super-resolution", sections IV, V
 * @example
 * const run = train(recipes.featureMatchingMp(), { data: ['DIV2K/', 'Flickr2K/'], out: 'runs/mp' });
 */
export const featureMatchingMp: Family = recipeFamily(forms, ({ form }) => featureMatching('mp', form));

/**
 * M_pva: pixels, features of VGG-19, a discriminator.
 *
 * @param options.form default `paper`
 * @see Akella et al., sections IV and V
 * @example
 * const run = train(recipes.featureMatchingMpva(), { data: ['DIV2K/', 'Flickr2K/'], out: 'runs/mpva' });
 */
export const featureMatchingMpva: Family = recipeFamily(forms, ({ form }) => featureMatching('mpva', form));

/**
 * M_pca: pixels, a discriminator, and what its layers see, averaged.
 *
 * @param options.form default `paper`
 * @see Akella et al., sections IV and V
 * @example
 * const run = train(recipes.featureMatchingMpca(), { data: ['DIV2K/', 'Flickr2K/'], out: 'runs/mpca' });
 */
export const featureMatchingMpca: Family = recipeFamily(forms, ({ form }) => featureMatching('mpca', form));

/**
 * M_pcsa (the sigma of the paper): as M_pca, layers weighted by the softmax of their losses.
 *
 * @param options.form default `paper`
 * @see Akella et al., equation 7, sections IV and V
 * @example
 * const run = train(recipes.featureMatchingMpcsa(), { data: ['DIV2K/', 'Flickr2K/'], out: 'runs/mpcsa' });
 */
export const featureMatchingMpcsa: Family = recipeFamily(forms, ({ form }) => featureMatching('mpcsa', form));

/**
 * M_pcsva: as M_pcsa, with features of VGG-19.
 *
 * @param options.form default `paper`
 * @see Akella et al., equation 7, sections IV and V
 * @example
 * const run = train(recipes.featureMatchingMpcsva(), { data: ['DIV2K/', 'Flickr2K/'], out: 'runs/mpcsva' });
 */
export const featureMatchingMpcsva: Family = recipeFamily(forms, ({ form }) => featureMatching('mpcsva', form));

/** DIV2K's mean colour (EDSR's code): inputs are centred (section V-A). */
const meanColour = [0.4488, 0.4371, 0.404];

/** @param letters point, VGG, content, softmax (sigma), adversarial */
function featureMatching(letters: 'mp' | 'mpva' | 'mpca' | 'mpcsa' | 'mpcsva', form: Form): SuperResolutionInput {
  const isSmall = form === 'small';
  const has = (letter: string): boolean => letters.includes(letter);
  // Section V-A: lambda 0.005, eta 0.01, gamma 0.5; the content loss has weight 1.
  const vgg: RecipeLoss = {
    kind: 'feature',
    encoder: 'perceptual',
    preset: 'akella',
    // Of squares.
    weight: isSmall ? 0.5 * squeezed ** 2 : 0.5,
    ...(isSmall && { layers: [deepest] }),
  };
  const content: RecipeLoss = {
    kind: 'discriminator-content',
    discriminator: 'picture',
    preset: has('s') ? 'softmax' : 'average',
    calibration: 10,
    weight: 1,
  };
  return {
    name: `feature-matching-${letters}`,
    form,
    source: 'Akella et al., "Enhancing perceptual loss with adversarial feature matching", sections IV and V',
    network: { name: 'feature-matching', config: { mean: meanColour, ...(isSmall && { channels: 32, blocks: 4 }) } },
    losses: {
      ...(has('c') && { content }),
      ...(has('a') && { adversarial: { kind: 'adversarial', discriminator: 'picture', weight: 0.005 } }),
      point: { kind: 'huber', preset: 'akella', weight: 0.01 },
      ...(has('v') && { vgg }),
    },
    ...(has('v') && { encoders: { perceptual: vgg19Or(isSmall) } }),
    ...(has('a') && {
      discriminators: {
        picture: {
          network: {
            name: 'feature-matching-discriminator',
            config: { mean: meanColour, ...(isSmall && { size: 64, features: 16, hidden: 128 }) },
          },
        },
      },
    }),
    optimizer: { kind: 'adam' },
    // Every 200 epochs of 3450 pictures in batches of 16.
    schedule: { kind: 'every', learningRate: isSmall ? 4e-4 : 1e-4, every: isSmall ? 3000 : 43_125, factor: 0.1 },
    steps: isSmall ? 4000 : 200_000,
    data: { batchSize: isSmall ? 8 : 16, patchSize: isSmall ? 16 : 24 },
    ...(has('a') ? { validation: perceptualValidation(isSmall) } : isSmall && { validation: { every: 500 } }),
  };
}
