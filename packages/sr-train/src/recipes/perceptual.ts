/** What perceptual recipes share: the networks that look at pictures in the small forms, and what is validated. */
import type { RecipeValidation, SuperResolutionInput } from '../recipe.js';

type Encoder = NonNullable<SuperResolutionInput['encoders']>[string];

/** VGG-19, or SqueezeNet in its place: a fiftieth of the work. */
export function vgg19Or(isSmall: boolean): Encoder {
  return { network: isSmall ? 'squeezenet' : 'vgg19' };
}

/** The tap of SqueezeNet before an activation with the stride of VGG-19's conv5_4 and relu5_4. */
export const deepest = 'fire9/linear';

/** LPIPS decides what is best. */
export function perceptualValidation(isSmall: boolean): Partial<RecipeValidation> {
  return { metrics: ['lpips', 'psnr', 'ssim'], ...(isSmall && { every: 500 }) };
}
