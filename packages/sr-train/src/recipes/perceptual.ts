/** What perceptual recipes share: the networks that look at pictures in the small forms, and what is validated. */
import type { RecipeValidation, SuperResolutionInput } from '../recipe.js';

type Encoder = NonNullable<SuperResolutionInput['encoders']>[string];

/** VGG-19, or SqueezeNet in its place: a fiftieth of the work. */
export function vgg19Or(isSmall: boolean): Encoder {
  return { network: isSmall ? 'squeezenet' : 'vgg19' };
}

/** The tap of SqueezeNet before an activation with the stride of VGG-19's conv5_4 and relu5_4. */
export const deepest = 'fire9/linear';

/**
 * How much a difference in that tap weighs beside one in VGG-19's conv5_4. The mean absolute difference of blurred pictures
 * from sharp ones is about 45 there (small `spsr-g` after its pretraining), and 0.8 to 1 in logs of ESRGAN (BasicSR, issue 204;
 * mmagic, issue 82). So the other losses keep the share that the papers give them.
 */
export const squeezed = 0.02;

/** LPIPS decides what is best. */
export function perceptualValidation(isSmall: boolean): Partial<RecipeValidation> {
  return { metrics: ['lpips', 'psnr', 'ssim'], ...(isSmall && { every: 500 }) };
}
