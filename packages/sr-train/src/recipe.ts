/** A recipe: everything that decides what a training does, as data. The backend and the folders are not part of it. */
import type { Degradation, PreparationStep } from 'sr-data';
import type { AdversarialPreset, GradientPenaltyPreset } from 'sr-losses';
import type { LpipsInput, LpipsRecipe } from './lpips/lpips-recipe.js';
import type { RecipeLoss } from './recipe-loss.js';
import type { StructureInput, StructureRecipe } from './structure/structure-recipe.js';
import type { StyleInput, StyleRecipe } from './style/style-recipe.js';

export type { LpipsInput, LpipsRecipe } from './lpips/lpips-recipe.js';
export type { RecipeLoss } from './recipe-loss.js';
export type { Pretext } from './structure/pretext-task.js';
export type { StructureInput, StructureRecipe } from './structure/structure-recipe.js';
export type { RecipeTrials, StyleInput, StyleRecipe } from './style/style-recipe.js';

/** A recipe of any task; `task` says which. */
export type Recipe = SuperResolutionRecipe | StructureRecipe | LpipsRecipe | StyleRecipe;

/** A recipe as it is written: what it leaves out has its default. */
export type RecipeInput = SuperResolutionInput | StructureInput | LpipsInput | StyleInput;

/** A number of steps, or of epochs (`'200 epochs'`) where a paper counts those. */
export type Duration = number | `${number} epochs`;

/** What the recipes of all tasks have. */
export interface RecipeBase {
  /** As `sr train` calls it. */
  readonly name: string;
  /**
   * `paper`: as it is published; `code`: as the authors' code has it, where that differs; `small`: the same method, cut
   * down to what two CPU cores finish within an hour. Default `paper`.
   */
  readonly form: 'paper' | 'code' | 'small';
  /** Paper and sections that the figures come from. Default none. */
  readonly source: string;
  /** The network that is trained and exported: its family and config, as in a model card. */
  readonly network: RecipeNetwork;
  /** What its parameters begin with; null (default): random numbers. */
  readonly init: RecipeInit | null;
  readonly optimizer: RecipeOptimizer;
  readonly schedule: RecipeSchedule;
  readonly steps: Duration;
  readonly data: RecipeData;
  /** Decay of the moving average of the parameters, which is validated and exported; 0 (default): none. */
  readonly emaDecay: number;
  /** The largest norm of all gradients together; null (default): no limit. */
  readonly clipNorm: number | null;
  readonly validation: RecipeValidation;
  /** For everything that is drawn: initial parameters, patches, the choice of the pictures held out. Default 1. */
  readonly seed: number;
}

/**
 * A generator that enlarges pictures, its losses, and the discriminators and feature networks that the losses look at.
 *
 * In each step the generator goes first; then the discriminators judge what it gave before it changed, each as a constant to
 * the other.
 */
export interface SuperResolutionRecipe extends RecipeBase {
  /** Default `super-resolution`. */
  readonly task: 'super-resolution';
  /** The terms of the generator's loss, by the names under which they are reported. */
  readonly losses: Readonly<Record<string, RecipeLoss>>;
  /** Feature networks, which stay as they are, by the names that losses and discriminators call them. Default none. */
  readonly encoders: Readonly<Record<string, RecipeEncoder>>;
  /** By the names that losses call them. One that no loss asks for is neither made nor trained. Default none. */
  readonly discriminators: Readonly<Record<string, RecipeDiscriminator>>;
  /** Parts of the training that differ from the rest, by name. Default none. */
  readonly phases: Readonly<Record<string, RecipePhase>>;
  /** The generator steps in every so manieth step, the first of them included. Default 1. */
  readonly generatorEvery: number;
  /** Batches whose mean gradients make a step: one batch of so many times the size, in less memory. Default 1. */
  readonly accumulate: number;
  /**
   * Losses and discriminators see pictures without a margin of so many pixels, which lies elsewhere in each step, so that
   * strides of theirs leave no pattern at the grid of the enlargement: at least the scale, a multiple of the strides.
   * Default 0.
   */
  readonly jitter: number;
}

/** The family of a network and its config. */
export interface RecipeNetwork {
  readonly name: string;
  /** What it leaves out has the family's default. Default `{}`. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface RecipeInit {
  /** A weight file, the folder of another run, whose best weights are taken, or weights that come along: `sr-weights/x4-small`. */
  readonly weights: string;
  /** Whether parameters that the file lacks, or has in another shape, begin at random (else they are an error). Default false. */
  readonly partial: boolean;
  /** Whether they are of a narrower network, with which a compact one begins (`widenWeights` of sr-models). Default false. */
  readonly widen: boolean;
}

/** The learning rate is the schedule's. */
export type RecipeOptimizer =
  | ({ readonly kind: 'adam' } & AdamNumbers & OptimizerBase)
  | ({
      /** Muon for matrices and kernels of convolutions, Adam for biases and slopes. */
      readonly kind: 'muon';
      /** Default 0.95. */
      readonly momentum: number;
    } & AdamNumbers &
      OptimizerBase)
  | ({
      /** Stochastic gradient descent, in PyTorch's form. */
      readonly kind: 'sgd';
      /** Default 0. */
      readonly momentum: number;
    } & OptimizerBase);

interface AdamNumbers {
  /** Default 0.9. */
  readonly beta1: number;
  /** Default 0.999. */
  readonly beta2: number;
  /** Default 1e-8. */
  readonly epsilon: number;
}

interface OptimizerBase {
  /** Times the parameter, added to its gradient; Muon's: times the learning rate, taken away from matrices. Default 0. */
  readonly weightDecay: number;
  /**
   * Factors of the learning rate by what parameters are called: regular expressions, of which the first that matches
   * counts. `{ "^conv3": 0.1 }`. Default none.
   */
  readonly rates: Readonly<Record<string, number>>;
}

/** The learning rate over the steps; `warmUp` (default 0): steps in which it grows evenly from near zero. */
export type RecipeSchedule =
  | { readonly kind: 'constant'; readonly learningRate: number; readonly warmUp: Duration }
  | {
      /** As it is until the step `from`, then evenly down to 0 at the end of the steps that the schedule is for. */
      readonly kind: 'linear';
      readonly learningRate: number;
      readonly from: Duration;
      readonly warmUp: Duration;
    }
  | {
      /** Half a cosine from the learning rate to the minimum, over all steps that the schedule is for. */
      readonly kind: 'cosine';
      readonly learningRate: number;
      readonly minimum: number;
      readonly warmUp: Duration;
    }
  | {
      /** Half a cosine in each of the periods, one after the other; the minimum after the last. */
      readonly kind: 'cosine-restarts';
      readonly learningRate: number;
      readonly minimum: number;
      readonly periods: readonly Duration[];
      readonly warmUp: Duration;
    }
  | {
      /** Times the factor at each of the milestones. */
      readonly kind: 'step';
      readonly learningRate: number;
      readonly milestones: readonly Duration[];
      readonly factor: number;
      readonly warmUp: Duration;
    }
  | {
      /** Times the factor again and again, after so many steps each. */
      readonly kind: 'every';
      readonly learningRate: number;
      readonly every: Duration;
      readonly factor: number;
      readonly warmUp: Duration;
    };

/** A published feature network, or a structure extractor that was trained here. */
export interface RecipeEncoder {
  readonly network: EncoderName;
  /** Null (default): the published file; a path (a file or the folder of a run); `random`: drawn from `seed`. */
  readonly weights: string | null;
  /** Of `nse`. Default `{}`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What is done to pictures in [0, 1]; null (default): what the weights were trained with. */
  readonly preprocessing: 'torchvision' | 'lpips' | 'signed' | 'caffe' | 'none' | null;
  /** What stands between the stages. Default `max`, as the networks were trained. */
  readonly pooling: 'max' | 'average' | 'l2';
  /** For random weights. Default 1. */
  readonly seed: number;
}

export type EncoderName =
  | 'vgg16'
  | 'vgg19'
  | 'alexnet'
  | 'squeezenet'
  | 'googlenet'
  | 'resnet18'
  | 'resnet50'
  | 'densenet169'
  | 'nse';

export interface RecipeDiscriminator {
  /** The family of the discriminator and its config: `{ name: 'vgg-discriminator', config: { size: 128 } }`. */
  readonly network: RecipeNetwork;
  readonly init: RecipeInit | null;
  /** What it judges. Default the picture. */
  readonly sees: RecipeView;
  /** What both sides minimise, see `adversarial` of `sr-losses`. Default `vanilla`. */
  readonly objective: AdversarialPreset;
  /** Added to its loss; null (default): the paper's for `wasserstein`, none for all others. */
  readonly penalty: { readonly preset: GradientPenaltyPreset; readonly weight: number } | null;
  /** Null (default): the generator's. */
  readonly optimizer: RecipeOptimizer | null;
  /** Null (default): the generator's. */
  readonly schedule: RecipeSchedule | null;
  readonly clipNorm: number | null;
  /** It steps in every so manieth step, the first of them included. Default 1. */
  readonly every: number;
}

/** What a discriminator judges of a picture. */
export type RecipeView =
  | { readonly kind: 'image' }
  | {
      /** The gradient map (SPSR). */
      readonly kind: 'gradient-map';
      /** Default 1, the size of the picture; SPSR's code has 2, two pixels more. */
      readonly padding: 1 | 2;
    }
  | {
      /** The features of an encoder. */
      readonly kind: 'features';
      readonly encoder: string;
      readonly layer: string;
    };

/**
 * A part of the training, from a step to the first of the next phase. What it does not say is as in the recipe.
 */
export interface RecipePhase {
  /** The steps that are done before it begins. Default 0. */
  readonly from: Duration;
  /** Weights of losses by name, instead of their own; 0: off, and what only they ask for with them. Default none. */
  readonly losses: Readonly<Record<string, number>>;
  /** The generator's parameters that are trained: regular expressions, found anywhere in a name. Default all. */
  readonly train: readonly string[];
  /** The generator's parameters that stay as they are, their optimizer's state too. Default none. */
  readonly freeze: readonly string[];
  /** Whether the generator is trained. Default true. */
  readonly generator: boolean;
  /** Which discriminators are trained. Default those that a loss of the phase asks for. */
  readonly discriminators: Readonly<Record<string, boolean>>;
  /** Of all networks, counted from the beginning of the phase; null (default): the recipe's. */
  readonly schedule: RecipeSchedule | null;
  /** Whether optimizers begin without memory, as a training of its own would. Default false. */
  readonly freshOptimizers: boolean;
}

/** What is drawn from the folders: options of `folderSource` of `sr-data/node`, as data. */
export interface RecipeData {
  /** Patches a batch. */
  readonly batchSize: number;
  /** Side of a patch before enlargement, in pixels. Of several each batch draws one. */
  readonly patchSize: number | readonly number[];
  /** Flips and quarter turns that input and target share: all eight (true, the default), left and right, or none. */
  readonly augment: boolean | 'flip';
  /** What every picture goes through first. Default nothing. */
  readonly prepare: readonly PreparationStep[];
  /** Where patches lie. Default `random`. */
  readonly crop: 'random' | 'center';
  /** Pictures are first resized by a factor between these, or by what a patch needs to fit; null (default): not. */
  readonly zoom: readonly [least: number, most: number] | null;
  /** Whether patches come from tiles, so that large pictures count more; true: 480 by 240 pixels. Default false. */
  readonly tiles: boolean | { readonly size?: number; readonly step?: number; readonly threshold?: number };
  /** How low resolution is made where there is no folder of it. Default MATLAB's bicubic. */
  readonly degradation: Degradation;
  /** Segments of the masks that come with every batch, one more for the rest; null (default): no masks. */
  readonly masks: number | null;
  /** Steps an epoch; null (default): as many as it takes until every picture was drawn once. */
  readonly epoch: number | null;
}

export interface RecipeValidation {
  /** Steps between validations. Default 1000. */
  readonly every: Duration;
  /** Pictures of the data folder that are kept out of the training, unless there is a folder for validation. Default 8. */
  readonly heldOut: number;
  /** What is measured; the first decides what is best. Default `psnr`. See `validationMetrics`. */
  readonly metrics: readonly [string, ...string[]];
}

/** The optional fields of what is written, each with its default. */
type Written<T, Defaults extends keyof T> = Omit<T, Defaults> & Partial<Pick<T, Defaults>>;

type WrittenOf<T> = T extends { readonly kind: unknown } ? Partial<T> & Pick<T, 'kind' & keyof T> : never;

type ScheduleInput = RecipeSchedule extends infer Each
  ? Each extends RecipeSchedule
    ? Written<Each, 'warmUp'>
    : never
  : never;

type DiscriminatorInput = Omit<
  Partial<RecipeDiscriminator>,
  'network' | 'init' | 'sees' | 'penalty' | 'optimizer' | 'schedule'
> & {
  readonly network: Written<RecipeNetwork, 'config'>;
  readonly init?: Written<RecipeInit, 'partial' | 'widen'> | null;
  readonly sees?: { readonly kind: 'gradient-map'; readonly padding?: 1 | 2 } | RecipeView;
  readonly penalty?: { readonly preset?: GradientPenaltyPreset; readonly weight?: number } | null;
  readonly optimizer?: WrittenOf<RecipeOptimizer> | null;
  readonly schedule?: ScheduleInput | null;
};

/** The fields of `RecipeBase` as they are written. */
export interface RecipeBaseInput {
  readonly name: string;
  readonly form?: RecipeBase['form'];
  readonly source?: string;
  readonly network: Written<RecipeNetwork, 'config'>;
  readonly init?: Written<RecipeInit, 'partial' | 'widen'> | null;
  readonly optimizer: WrittenOf<RecipeOptimizer>;
  readonly schedule: ScheduleInput;
  readonly steps: Duration;
  readonly data: Pick<RecipeData, 'batchSize' | 'patchSize'> & Partial<RecipeData>;
  readonly emaDecay?: number;
  readonly clipNorm?: number | null;
  readonly validation?: Partial<RecipeValidation>;
  readonly seed?: number;
}

export interface SuperResolutionInput extends RecipeBaseInput {
  readonly task?: 'super-resolution';
  readonly losses: SuperResolutionRecipe['losses'];
  readonly encoders?: Readonly<Record<string, Partial<RecipeEncoder> & Pick<RecipeEncoder, 'network'>>>;
  readonly discriminators?: Readonly<Record<string, DiscriminatorInput>>;
  readonly phases?: Readonly<
    Record<string, Omit<Partial<RecipePhase>, 'schedule'> & { readonly schedule?: ScheduleInput | null }>
  >;
  readonly generatorEvery?: number;
  readonly accumulate?: number;
  readonly jitter?: number;
}
