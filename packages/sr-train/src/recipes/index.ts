import type { Recipe } from '../recipe.js';
import type { RecipeFamily } from '../recipe-family.js';
import * as all from './all.js';

/** The recipes there are. */
export * as recipes from './all.js';

/** The recipes by the names that `sr train` knows (`recipes.tsrnG` is `tsrn-g`), as those see them who do not know which. */
export const recipeFamilies: Readonly<Record<string, RecipeFamily<Record<string, string | number | boolean>, Recipe>>> =
  Object.fromEntries(
    Object.entries(all).map(([key, family]) => [
      key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`),
      family as unknown as RecipeFamily<Record<string, string | number | boolean>, Recipe>,
    ]),
  );

/** A line about each, by the same names. */
export const recipeDescriptions: Readonly<Record<string, string>> = {
  compact: 'a small network by L1, for use on any machine; network=wide trains it with more branches',
  'tsrn-g': 'texture loss: Gram matrices of VGG-19 between picture and target',
  'tsrn-s': 'texture loss in each of seven segments; needs masks',
  'tsrn-faces': 'texture loss on whole faces (CelebA)',
  'johnson-sr-pixel': 'residual network with transposed convolutions by MSE, from blurred pictures',
  'johnson-sr-feature': 'the same by features of VGG-16',
  'johnson-style': 'a network that paints in the style of a picture (style=PICTURE)',
  'johnson-style-multi': 'one network for several styles, which can be mixed (style=["a.png","b.png"])',
  'spsr-g': 'gradient branch, gradient loss and ESRGAN’s losses; begins with rrdb-psnr',
  'spsr-j': 'gradient branch and structure loss; extractor from nse-jigsaw',
  'spsr-p': 'gradient branch and structure loss; extractor from nse-contrastive',
  'spsr-edsr': 'EDSR by the losses of SPSR (variant=gan|g|p)',
  'spsr-srresnet': 'SRResNet by the losses of SPSR (variant=gan|g|p)',
  'rrdb-psnr': 'RRDB network by L1: what ESRGAN and SPSR begin with',
  'nse-contrastive': 'structure extractor by contextual prediction, without labels',
  'nse-jigsaw': 'structure extractor by jigsaws, without labels',
  'feature-matching-mp': 'Huber’s loss of pixels alone',
  'feature-matching-mpva': 'pixels, features of VGG-19, discriminator',
  'feature-matching-mpca': 'pixels, features of the discriminator, discriminator',
  'feature-matching-mpcsa': 'the same, layers weighted by the softmax of their losses',
  'feature-matching-mpcsva': 'the same with features of VGG-19',
  srgan: 'SRResNet by MSE, then features of VGG-19 and a discriminator',
  'srgan-drone': 'a light SRGAN for pictures of one kind of object',
  'enhancenet-pat': 'features and patch textures of VGG-19, discriminator',
  esrgan: 'RRDB network by L1, then features of VGG-19 and a relativistic discriminator',
  edsr: 'residual blocks without normalisation by L1 (size=large|baseline)',
  srcnn: 'three convolutions on the luma of the bicubic enlargement by MSE',
  'lpips-lin': 'the linear layers of LPIPS by judgements of people (folders of BAPPS)',
};
