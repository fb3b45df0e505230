import type { RecipeData, SuperResolutionInput } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import { perceptualValidation, vgg19Or } from './perceptual.js';

type Form = 'paper' | 'code' | 'small';
type Scale = 4 | 8;

const source = 'Gondal et al., "The unreasonable effectiveness of texture transfer", ECCVW 2018, sections 3 and 5';
const forms = { form: ['paper', 'code', 'small'], scale: [4, 8] } as const;

/**
 * TSRN-G: ten epochs of mean squared errors, then the texture loss alone.
 *
 * The paper cuts the centre out of each picture; the authors' code resizes and cuts at random, looks at relu5_4 in place of
 * relu5_2, and takes means of normalised Gram matrices.
 *
 * @param options.form default `paper`
 * @param options.scale default 4
 * @see Gondal et al., ECCV Workshops 2018, equation 1 and section 5
 * @example
 * const run = train(recipes.tsrnG({ scale: 8 }), { data: 'coco/train2017', out: 'runs/tsrn-g' });
 */
export const tsrnG: RecipeFamily<{ form: Form; scale: Scale }> = recipeFamily(forms, ({ form, scale }) =>
  tsrn({
    name: 'tsrn-g',
    form,
    scale,
    masked: false,
    data: form === 'code' ? { zoom: [0.5, 1.5], augment: 'flip' } : {},
  }),
);

/**
 * TSRN-S: the texture loss is taken in each of seven segments, six by their masks and what is left. It needs masks.
 *
 * @param options.form default `paper`
 * @param options.scale default 4
 * @see Gondal et al., ECCV Workshops 2018, equation 4 and section 5
 * @example
 * const run = train(recipes.tsrnS(), { data: 'coco/train2017', masks: 'coco/stuff_train2017.json', out: 'runs/tsrn-s' });
 */
export const tsrnS: RecipeFamily<{ form: Form; scale: Scale }> = recipeFamily(forms, ({ form, scale }) =>
  tsrn({
    name: 'tsrn-s',
    form,
    scale,
    masked: true,
    data: { masks: 6, ...(form === 'code' && ({ zoom: [0.2, 1.2] } as const)) },
  }),
);

/**
 * TSRN-G on faces, whole ones: the centre of CelebA's pictures, 178 pixels of them as 128. The paper tells no sizes.
 *
 * @param options.form default `paper`
 * @param options.scale default 4
 * @see Gondal et al., ECCV Workshops 2018, appendix
 * @example
 * const run = train(recipes.tsrnFaces(), { data: 'celeba', out: 'runs/faces' });
 */
export const tsrnFaces: RecipeFamily<{ form: 'paper' | 'small'; scale: Scale }> = recipeFamily(
  { form: ['paper', 'small'], scale: [4, 8] },
  ({ form, scale }) => {
    const side = form === 'small' ? 96 : 128;
    return tsrn({
      name: 'tsrn-faces',
      form,
      scale,
      masked: false,
      data: {
        prepare: [
          { type: 'center', width: 178, height: 178 },
          { type: 'resize', width: side, height: side, preset: 'pil' },
        ],
        crop: 'center',
        patchSize: side / scale,
      },
    });
  },
);

interface Variant {
  readonly name: string;
  readonly form: Form;
  readonly scale: Scale;
  /** Whether the texture is that of each segment. */
  readonly masked: boolean;
  readonly data: Partial<RecipeData>;
}

function tsrn({ name, form, scale, masked, data }: Variant): SuperResolutionInput {
  const isSmall = form === 'small';
  const isCode = form === 'code';
  return {
    name,
    form,
    source,
    network: { name: 'tsrn', config: { scale, ...(isSmall && { channels: 32, blocks: 4 }) } },
    losses: {
      pixel: { kind: 'l2', weight: 0 },
      texture: {
        kind: 'texture',
        encoder: 'texture',
        weight: 1,
        preset: isCode ? 'code' : 'paper',
        // The taps of SqueezeNet with the strides of VGG's.
        ...(isSmall && { layers: ['relu1', 'fire3', 'fire5', 'fire9'] }),
        ...(masked && { masked }),
      },
    },
    // Colours in [0, 1] without a mean taken off (authors' code).
    encoders: { texture: { ...vgg19Or(isSmall), preprocessing: 'none' } },
    phases: {
      pretraining: { losses: { pixel: 1, texture: 0 } },
      // The paper's section 5; the code leaves the first phase with its tenth epoch.
      texture: { from: isSmall ? 1000 : isCode ? '9 epochs' : '10 epochs' },
    },
    optimizer: { kind: 'adam' },
    schedule: { kind: 'constant', learningRate: 5e-4 },
    steps: isSmall ? 4000 : '110 epochs',
    data: {
      batchSize: isSmall ? 8 : 32,
      patchSize: (isSmall ? 96 : 256) / scale,
      crop: form === 'paper' ? 'center' : 'random',
      augment: isSmall,
      degradation: { kind: 'bicubic', preset: 'pil' },
      ...data,
    },
    validation: perceptualValidation(isSmall),
  };
}
