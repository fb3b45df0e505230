import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { deepest, perceptualValidation, squeezed, vgg19Or } from './perceptual.js';
import { rrdbPsnr } from './rrdb-psnr.js';

/**
 * ESRGAN: pretraining as `rrdb-psnr`, then features of VGG-19 before activation against a relativistic discriminator.
 *
 * @param options.form default `paper`; `code` is BasicSR's
 * @param options.pretrain false: without the first phase, for a training that begins with the weights of `rrdb-psnr`
 *   (`--set pretrain=false init.weights=runs/rrdb-psnr`); default true
 * @see Wang et al., "ESRGAN", ECCV Workshops 2018, sections 3 and 4.1; BasicSR, train_ESRGAN_x4.yml
 * @example
 * const run = train(recipes.esrgan(), { data: 'DIV2K/', out: 'runs/esrgan' });
 */
export const esrgan: RecipeFamily<{ form: 'paper' | 'code' | 'small'; pretrain: boolean }> = recipeFamily(
  { form: ['paper', 'code', 'small'], pretrain: [true, false] },
  ({ form, pretrain }) => {
    const isSmall = form === 'small';
    const first = rrdbPsnr({ form });
    const from = !pretrain ? 0 : isSmall ? 1500 : (first.steps as number);
    return {
      ...first,
      name: 'esrgan',
      source: 'Wang et al., "ESRGAN", ECCV Workshops 2018, sections 3 and 4.1',
      losses: {
        pixel: { kind: 'l1', weight: 1e-2 },
        perceptual: {
          kind: 'feature',
          encoder: 'perceptual',
          preset: 'esrgan',
          weight: isSmall ? squeezed : 1,
          ...(isSmall && { layers: [deepest] }),
        },
        adversarial: { kind: 'adversarial', discriminator: 'picture', weight: 5e-3 },
      },
      encoders: { perceptual: vgg19Or(isSmall) },
      discriminators: {
        picture: {
          network: {
            name: 'vgg-discriminator',
            config: isSmall
              ? { size: 96, features: 16 }
              : { size: 128, preset: form === 'code' ? ('basicsr' as const) : ('spsr' as const) },
          },
          objective: form === 'paper' ? 'ragan-paper' : 'ragan',
        },
      },
      phases: {
        ...(pretrain && { pretraining: { losses: { pixel: 1, perceptual: 0, adversarial: 0 } } }),
        adversarial: {
          from,
          schedule: {
            kind: 'step',
            learningRate: 1e-4,
            milestones: isSmall ? [1000, 2000] : [50_000, 100_000, 200_000, 300_000],
            factor: 0.5,
          },
          freshOptimizers: true,
        },
      },
      steps: from + (isSmall ? 2500 : 400_000),
      validation: perceptualValidation(isSmall),
    };
  },
);
