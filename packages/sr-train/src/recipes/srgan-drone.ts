import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { perceptualValidation } from './perceptual.js';

/**
 * SRGAN on pictures of one kind of object, by the implementation that the course page links to: five blocks, features of
 * VGG-16 of colours as they are, losses of a discriminator that are no logarithms.
 *
 * @param options.form default `paper`
 * @see EVA session 8, assignment 1; leftthomas/SRGAN, train.py and loss.py
 * @example
 * const run = train(recipes.srganDrone(), { data: 'drones/', out: 'runs/drone' });
 */
export const srganDrone: RecipeFamily<{ form: 'paper' | 'small' }> = recipeFamily(
  { form: ['paper', 'small'] },
  ({ form }) => {
    const isSmall = form === 'small';
    return {
      name: 'srgan-drone',
      form,
      source: 'EVA session 8, assignment 1, by leftthomas/SRGAN',
      network: {
        name: 'srresnet',
        config: { blocks: isSmall ? 3 : 5, output: 'tanh', ...(isSmall && { channels: 32 }) },
      },
      losses: {
        pixel: { kind: 'l2', weight: 1 },
        adversarial: { kind: 'adversarial', discriminator: 'picture', weight: 1e-3 },
        perceptual: {
          kind: 'feature',
          encoder: 'perceptual',
          layers: [isSmall ? 'fire9' : 'pool5'],
          norm: 'l2',
          weight: 6e-3,
        },
        smoothness: { kind: 'total-variation', preset: 'leftthomas', weight: 2e-8 },
      },
      encoders: { perceptual: { network: isSmall ? 'squeezenet' : 'vgg16', preprocessing: 'none' } },
      discriminators: {
        picture: {
          network: {
            name: 'global-pool-discriminator',
            ...(isSmall && { config: { features: 16, hidden: 128 } }),
          },
          objective: 'non-log',
        },
      },
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 1e-3 },
      steps: isSmall ? 4000 : '100 epochs',
      data: { batchSize: isSmall ? 8 : 64, patchSize: isSmall ? 16 : 22, augment: isSmall },
      validation: perceptualValidation(isSmall),
    };
  },
);
