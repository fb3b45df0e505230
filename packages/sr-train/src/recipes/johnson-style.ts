import type { RecipeLoss, StyleInput, StyleRecipe } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';

type Form = 'paper' | 'code' | 'small';
type Smoothness = 'fixed' | 'chosen';
type Family = RecipeFamily<{ form: Form; smoothness: Smoothness }, StyleRecipe>;

const source =
  'Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, sections 3 and 4.1';
/**
 * Of SqueezeNet. The squared differences of the matrices of photos and paintings grow from layer to layer, 5e-5, 1e-3, 1e-1, 4:
 * about the inverse, more for the first two, which hold the colours and the strokes.
 */
const smallLayers = { relu1: 1e7, fire2: 3e5, fire4: 1e3, fire6: 20 };

const choices = { form: ['paper', 'code', 'small'], smoothness: ['fixed', 'chosen'] } as const;

/**
 * A network that paints in one style, by Johnson et al.; `style` names the picture.
 *
 * The paper tells networks, layers, batches, steps and the range of the total variation's strength, but not the weights of
 * content and style: content 1, and for the style what gives relu3_3 (256 channels) the weight of the released code, 5 / 256^2,
 * for the paper sums squares that the code averages. `small` is the network of 241,000 weights, judged by SqueezeNet on patches
 * of 192 pixels.
 *
 * @param options.form default `paper`; `code` has content at relu3_3, means, instance norms and ends in 150 tanh
 * @param options.smoothness `chosen`: the strength of total variation is that of 1e-6, 1e-5 and 1e-4 whose network, briefly
 *   trained, is best by content and style on pictures held out (section 4.1: "chosen via cross-validation per style target")
 * @see Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, sections 3 and 4.1
 * @example
 * const recipe = resolveRecipe('johnson-style', { form: 'small', style: 'waves.png' });
 * const run = train(recipe, { data: 'photos/', out: 'runs/waves' });
 */
export const johnsonStyle: Family = recipeFamily(choices, choice => johnsonStyleOf('johnson-style', choice));

/**
 * One network for several styles: each has a factor and an offset of its own in every normalisation, everything else is shared.
 * `style` names their pictures; each step takes one of them at random.
 *
 * Forms as of `johnsonStyle`, with instance norms throughout. The paper of conditional instance norms trains on ImageNet for
 * 40,000 steps of 8 pictures by Adam at 1e-3, the layers as of Johnson et al. with content at relu4_3.
 *
 * @param options.form default `paper`
 * @param options.smoothness see `johnsonStyle`
 * @see Dumoulin et al., "A learned representation for artistic style", ICLR 2017, section 2 and appendix
 * @example
 * const recipe = resolveRecipe('johnson-style-multi', { form: 'small', style: ['waves.png', 'ink.png'] });
 * const run = train(recipe, { data: 'photos/', out: 'runs/both' });
 */
export const johnsonStyleMulti: Family = recipeFamily(choices, choice => {
  const recipe = johnsonStyleOf('johnson-style-multi', choice);
  return {
    ...recipe,
    source: `${source}; Dumoulin et al., "A learned representation for artistic style", ICLR 2017, section 2`,
    network: { name: 'style', config: { ...recipe.network.config, norm: 'instance' } },
  };
});

function johnsonStyleOf(name: string, { form, smoothness }: { form: Form; smoothness: Smoothness }): StyleInput {
  const isSmall = form === 'small';
  const preset = form === 'paper' ? 'johnson' : 'fast-neural-style';
  const encoder = 'feature';
  const losses: Record<string, RecipeLoss> = {
    content: { kind: 'feature', encoder, weight: isSmall ? 8 : 1, preset, ...(isSmall && { layers: ['fire3'] }) },
    style: {
      kind: 'style',
      encoder,
      preset,
      // In the preset of the code each layer has 5 already.
      weight: form === 'paper' ? 5 / 256 ** 2 : 1,
      ...(isSmall && { layers: smallLayers }),
    },
    smoothness: {
      kind: 'total-variation',
      preset: 'johnson',
      // Section 4.1: 1e-6 to 1e-4; train.lua: -tv_strength 1e-6, of the sum over the batch. SqueezeNet's terms are smaller.
      weight: isSmall ? 3e-7 : 1e-6,
      ...(form !== 'code' && { reduction: 'batch-mean' as const }),
    },
  };
  return {
    task: 'style',
    name,
    form,
    source,
    // `small` ends within the range of pictures: beyond it features see what nobody else does.
    network: { name: 'style', config: isSmall ? { preset: 'small', output: 'paper' } : { preset } },
    losses,
    encoders: { [encoder]: isSmall ? { network: 'squeezenet' } : { network: 'vgg16', preprocessing: 'caffe' } },
    optimizer: { kind: 'adam' },
    schedule: isSmall
      ? { kind: 'cosine', learningRate: 2e-3, minimum: 1e-5 }
      : { kind: 'constant', learningRate: 1e-3 },
    steps: isSmall ? 2000 : 40_000,
    // train.lua: -style_image_size 256.
    styleSize: 256,
    data: isSmall
      ? { batchSize: 2, patchSize: 192, augment: 'flip' }
      : {
          batchSize: 4,
          patchSize: 256,
          augment: false,
          crop: 'center',
          prepare: [
            // make_style_dataset.py: multiples of 16, then Pillow's bilinear.
            ...(form === 'code' ? [{ type: 'multiple' as const, of: 16 }] : []),
            { type: 'resize', width: 256, height: 256, preset: 'pil', kernel: 'linear' },
          ],
        },
    ...(smoothness === 'chosen' && {
      trials: isSmall
        ? { loss: 'smoothness', weights: [1e-7, 3e-7, 1e-6], steps: 200 }
        : { loss: 'smoothness', weights: [1e-6, 1e-5, 1e-4], steps: 2000 },
    }),
    validation: { every: isSmall ? 250 : 1000 },
  };
}
