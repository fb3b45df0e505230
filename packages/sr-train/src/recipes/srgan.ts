import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { deepest, perceptualValidation, squeezed, vgg19Or } from './perceptual.js';

/**
 * SRGAN: a million steps of squared errors (SRResNet), then features of VGG-19 ("VGG54") against a discriminator.
 *
 * @param options.form default `paper`
 * @param options.pretrain false: without the first phase, for a training that begins with weights (`init.weights`)
 * @see Ledig et al., "Photo-realistic single image super-resolution using a generative adversarial network", CVPR 2017,
 *   sections 2.2 and 3.2
 * @example
 * const run = train(recipes.srgan(), { data: 'imagenet/', out: 'runs/srgan' });
 */
export const srgan: RecipeFamily<{ form: 'paper' | 'small'; pretrain: boolean }> = recipeFamily(
  { form: ['paper', 'small'], pretrain: [true, false] },
  ({ form, pretrain }) => {
    const isSmall = form === 'small';
    const from = !pretrain ? 0 : isSmall ? 1500 : 1_000_000;
    return {
      name: 'srgan',
      form,
      source: 'Ledig et al., "Photo-realistic single image super-resolution", CVPR 2017, sections 2.2 and 3.2',
      network: { name: 'srresnet', config: isSmall ? { channels: 32, blocks: 4 } : {} },
      losses: {
        pixel: { kind: 'l2', weight: 0 },
        // The preset has the factor 1 / 12.75 of features, about 0.006 of their squares.
        perceptual: {
          kind: 'feature',
          encoder: 'perceptual',
          preset: 'srgan',
          // Of squares.
          weight: isSmall ? squeezed ** 2 : 1,
          ...(isSmall && { layers: [deepest] }),
        },
        adversarial: { kind: 'adversarial', discriminator: 'picture', weight: 1e-3 },
      },
      encoders: { perceptual: vgg19Or(isSmall) },
      discriminators: {
        picture: {
          network: { name: 'srgan-discriminator', ...(isSmall && { config: { size: 64, features: 16, hidden: 128 } }) },
        },
      },
      phases: {
        ...(pretrain && { pretraining: { losses: { pixel: 1, perceptual: 0, adversarial: 0 } } }),
        adversarial: {
          from,
          schedule: { kind: 'step', learningRate: 1e-4, milestones: [isSmall ? 1500 : 100_000], factor: 0.1 },
        },
      },
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: isSmall ? 4e-4 : 1e-4 },
      steps: from + (isSmall ? 2500 : 200_000),
      data: { batchSize: isSmall ? 8 : 16, patchSize: isSmall ? 16 : 24, augment: isSmall },
      validation: perceptualValidation(isSmall),
    };
  },
);
