import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { perceptualValidation, vgg19Or } from './perceptual.js';

/** Of the three layers in order (supplement): sums of squares of unnormalised Gram matrices. */
const textureWeights = [3e-7, 1e-6, 1e-6];

/**
 * The taps with their weights, from their channels and strides: the preset divides by (2 N M)^2, N channels, M positions of
 * a patch. In the paper features are divided by their mean, here they are as they are.
 */
function texture(side: number, taps: Readonly<Record<string, readonly [number, number]>>): Record<string, number> {
  const entries = Object.entries(taps).map(([tap, [channels, stride]], i): [string, number] => {
    const positions = (side / stride) ** 2;
    return [tap, textureWeights[i]! * (2 * channels * positions) ** 2];
  });
  return Object.fromEntries(entries);
}

/**
 * EnhanceNet-PAT: features of VGG-19, textures of patches of 16 pixels, a discriminator.
 *
 * The paper trains the discriminator only while it is not too good, by a threshold that is not known here; this trains it in
 * every step.
 *
 * @param options.form default `paper`
 * @see Sajjadi et al., "EnhanceNet: single image super-resolution through automated texture synthesis", ICCV 2017, section 4
 *   and supplement
 * @example
 * const run = train(recipes.enhancenetPat(), { data: 'coco/train2017', out: 'runs/enhancenet' });
 */
export const enhancenetPat: RecipeFamily<{ form: 'paper' | 'small' }> = recipeFamily(
  { form: ['paper', 'small'] },
  ({ form }) => {
    const isSmall = form === 'small';
    const side = isSmall ? 64 : 128;
    // Section 4.2.3: patches of 16 pixels. SqueezeNet has strides twice as large.
    const patch = isSmall ? 32 : 16;
    return {
      name: 'enhancenet-pat',
      form,
      source: 'Sajjadi et al., "EnhanceNet", ICCV 2017, section 4 and supplement',
      network: { name: 'enhancenet', ...(isSmall && { config: { channels: 32, blocks: 4 } }) },
      losses: {
        pixel: { kind: 'l2', weight: 0 },
        perceptual: {
          kind: 'feature',
          encoder: 'perceptual',
          preset: 'enhancenet',
          weight: 1,
          ...(isSmall && { layers: { pool3: 0.2, fire9: 0.02 } }),
        },
        texture: {
          kind: 'style',
          encoder: 'perceptual',
          preset: 'gatys',
          layers: isSmall
            ? texture(patch, { relu1: [64, 2], fire3: [128, 4], fire4: [256, 8] })
            : texture(patch, { relu1_1: [64, 1], relu2_1: [128, 2], relu3_1: [256, 4] }),
          patch,
          weight: 1,
        },
        adversarial: { kind: 'adversarial', discriminator: 'picture', weight: 1 },
      },
      encoders: { perceptual: vgg19Or(isSmall) },
      discriminators: {
        picture: {
          network: {
            name: 'enhancenet-discriminator',
            config: isSmall ? { size: side, features: 8, hidden: 128 } : { size: side },
          },
        },
      },
      phases: {
        pretraining: { losses: { pixel: 1, perceptual: 0, texture: 0, adversarial: 0 } },
        adversarial: { from: isSmall ? 1000 : '10 epochs' },
      },
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 1e-4 },
      steps: isSmall ? 3000 : '60 epochs',
      data: {
        batchSize: isSmall ? 8 : 32,
        patchSize: side / 4,
        augment: isSmall,
        degradation: { kind: 'lanczos', preset: 'pil' },
      },
      validation: perceptualValidation(isSmall),
    };
  },
);
