/** The losses that a recipe can name: one kind each of what `sr-losses` offers, with its options as data. */
import type {
  CharbonnierPreset,
  DiscriminatorContentPreset,
  FeatureNorm,
  FeaturePreset,
  GradientMapLossPreset,
  HistogramLossPreset,
  HuberPreset,
  Norm,
  Reduction,
  StylePreset,
  TexturePreset,
  TotalVariationPreset,
} from 'sr-losses';
import { z } from 'zod';

/** A term of the generator's loss. What is left out is as in the loss's own function, or its preset. */
export type RecipeLoss = PixelLoss | EncoderTerm | DiscriminatorTerm;

interface LossBase {
  /** Times the loss; 0: not computed. */
  readonly weight: number;
  /** Counts only in the steps whose number, divided by `of`, leaves `index`: losses that take turns. Default: in all. */
  readonly turn?: { readonly index: number; readonly of: number } | undefined;
}

/** The output of the network that is looked at instead of its picture: `x2` of LapSRN, `gradient` of SPSR. */
interface OutputBase extends LossBase {
  /** The target is made as large as that output by MATLAB's bicubic. Default: the picture. */
  readonly output?: string | undefined;
}

interface ColorBase extends OutputBase {
  /** Looks at the luma in place of the colours. Default false. */
  readonly luma?: boolean | undefined;
}

type PixelLoss =
  | (ColorBase & { readonly kind: 'l1' | 'l2'; readonly reduction?: Reduction | undefined })
  | (ColorBase & {
      readonly kind: 'huber';
      readonly preset?: HuberPreset | undefined;
      readonly delta?: number | undefined;
      readonly white?: number | undefined;
      readonly reduction?: Reduction | undefined;
    })
  | (ColorBase & {
      readonly kind: 'charbonnier';
      readonly preset?: CharbonnierPreset | undefined;
      readonly epsilon?: number | undefined;
      readonly reduction?: Reduction | undefined;
    })
  | (OutputBase & {
      readonly kind: 'total-variation';
      readonly preset?: TotalVariationPreset | undefined;
      readonly reduction?: 'sum' | 'batch-mean' | undefined;
      readonly beta?: number | undefined;
    })
  | (LossBase & {
      readonly kind: 'grid';
      readonly period: number;
      readonly window?: number | undefined;
    })
  | (OutputBase & {
      /** An `output` is taken for a gradient map already; the target's is made. */
      readonly kind: 'gradient-map';
      readonly preset?: GradientMapLossPreset | undefined;
      readonly norm?: Norm | undefined;
      readonly padding?: 1 | 2 | undefined;
      readonly paddingMode?: 'zero' | 'replicate' | undefined;
    });

/** Layers with the weight of the preset, or each with its own. */
type Layers = readonly string[] | Readonly<Record<string, number>>;

/** `encoder`: the name of one of the recipe's encoders. */
type EncoderTerm =
  | (LossBase & {
      readonly kind: 'feature';
      readonly encoder: string;
      readonly preset?: FeaturePreset | undefined;
      readonly layers?: Layers | undefined;
      readonly norm?: FeatureNorm | undefined;
    })
  | (LossBase & {
      readonly kind: 'style';
      readonly encoder: string;
      readonly preset?: StylePreset | undefined;
      readonly layers?: Layers | undefined;
      /** Side of squares side by side, each of which is compared with its own. Default: the whole picture. */
      readonly patch?: number | undefined;
    })
  | (LossBase & {
      readonly kind: 'texture';
      readonly encoder: string;
      readonly preset?: TexturePreset | undefined;
      readonly layers?: Layers | undefined;
      /** Segment by segment, by the masks of the batch (`data.masks`). Default false. */
      readonly masked?: boolean | undefined;
    })
  | (LossBase & {
      readonly kind: 'histogram';
      readonly encoder: string;
      readonly preset?: HistogramLossPreset | undefined;
      readonly layers?: Layers | undefined;
    })
  | (LossBase & {
      readonly kind: 'structure';
      readonly encoder: string;
      readonly layer?: string | undefined;
      readonly norm?: Norm | undefined;
    });

/** `discriminator`: the name of one of the recipe's discriminators. */
type DiscriminatorTerm =
  | (LossBase & { readonly kind: 'adversarial'; readonly discriminator: string })
  | (LossBase & {
      readonly kind: 'discriminator-content';
      readonly discriminator: string;
      readonly preset?: DiscriminatorContentPreset | undefined;
      /** Default: all convolutions of the discriminator. */
      readonly layers?: readonly string[] | undefined;
      /** Batches before the first step over which the scale of each layer is measured, to stay. Default 0: no scales. */
      readonly calibration?: number | undefined;
    });

const positive = z.number().positive();
const reduction = z.enum(['mean', 'sum', 'batch-mean']).optional();
const norm = z.enum(['l1', 'l2']).optional();
const layers = z
  .union([z.array(z.string()).min(1), z.record(z.string(), z.number())], {
    error: 'expected a list of layers, or layers with their weights',
  })
  .optional();

const base = {
  weight: z.number(),
  turn: z
    .strictObject({ index: z.int().min(0), of: z.int().positive() })
    .refine(({ index, of }) => index < of, 'expected an index below "of"')
    .optional(),
};
const pixel = { ...base, output: z.string().optional() };
const colored = { ...pixel, luma: z.boolean().optional() };
const encoded = { ...base, encoder: z.string(), layers };
const judged = { ...base, discriminator: z.string() };

/** Checks one loss of a recipe. */
export const lossSchema: z.ZodType<RecipeLoss> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('l1'), ...colored, reduction }),
  z.strictObject({ kind: z.literal('l2'), ...colored, reduction }),
  z.strictObject({
    kind: z.literal('huber'),
    ...colored,
    preset: z.enum(['akella', 'unit']).optional(),
    delta: positive.optional(),
    white: positive.optional(),
    reduction,
  }),
  z.strictObject({
    kind: z.literal('charbonnier'),
    ...colored,
    preset: z.enum(['basicsr', 'lapsrn', 'lapsrn-paper']).optional(),
    epsilon: positive.optional(),
    reduction,
  }),
  z.strictObject({
    kind: z.literal('total-variation'),
    ...pixel,
    preset: z.enum(['johnson', 'leftthomas', 'basicsr', 'piq-l1', 'piq-l2', 'piq-l2-squared', 'mahendran']).optional(),
    reduction: z.enum(['sum', 'batch-mean']).optional(),
    beta: positive.optional(),
  }),
  z.strictObject({
    kind: z.literal('grid'),
    ...base,
    period: z.int().positive(),
    window: z.int().positive().optional(),
  }),
  z.strictObject({
    kind: z.literal('gradient-map'),
    ...pixel,
    preset: z.enum(['paper', 'code']).optional(),
    norm,
    padding: z.literal([1, 2]).optional(),
    paddingMode: z.enum(['zero', 'replicate']).optional(),
  }),
  z.strictObject({
    kind: z.literal('feature'),
    ...encoded,
    preset: z
      .enum([
        'johnson',
        'fast-neural-style',
        'gatys',
        'neural-style',
        'pytorch-tutorial',
        'srgan',
        'esrgan',
        'akella',
        'enhancenet',
        'lpips',
      ])
      .optional(),
    norm: z.enum(['l1', 'l2', 'half-sum']).optional(),
  }),
  z.strictObject({
    kind: z.literal('style'),
    ...encoded,
    preset: z
      .enum(['johnson', 'fast-neural-style', 'gatys', 'neural-style', 'neural-image-synthesis', 'pytorch-tutorial'])
      .optional(),
    patch: z.int().positive().optional(),
  }),
  z.strictObject({
    kind: z.literal('texture'),
    ...encoded,
    preset: z.enum(['paper', 'code']).optional(),
    masked: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('histogram'), ...encoded, preset: z.enum(['paper', 'mean']).optional() }),
  z.strictObject({
    kind: z.literal('structure'),
    ...base,
    encoder: z.string(),
    layer: z.string().optional(),
    norm,
  }),
  z.strictObject({ kind: z.literal('adversarial'), ...judged }),
  z.strictObject({
    kind: z.literal('discriminator-content'),
    ...judged,
    preset: z.enum(['softmax', 'average']).optional(),
    layers: z.array(z.string()).min(1).optional(),
    calibration: z.int().min(0).optional(),
  }),
]);
