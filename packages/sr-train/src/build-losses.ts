/** The losses of a recipe as functions of what a step has. */
import { type Scalar, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import {
  charbonnier,
  type DiscriminatorContentLoss,
  discriminatorContent,
  type EncoderLoss,
  type FeatureRequest,
  type FeatureUser,
  featureLoss,
  gradientMapLoss,
  gridLoss,
  histogramLoss,
  huber,
  type Loss,
  l1,
  l2,
  masked,
  structureLoss,
  styleLoss,
  textureLoss,
  totalVariation,
} from 'sr-losses';
import { encoderOf } from 'sr-models';
import { type Encoder, gradientMap, resize, SrError } from 'sr-tensor';
import type { DiscriminatorPlayer } from './discriminator-player.js';
import { lumaOf, patchesOf } from './picture-views.js';
import type { RecipeLoss } from './recipe-loss.js';
import type { Calibration, StepOutputs, StepTensors } from './trainer.js';

/** A loss of what the network gives and what the batch has. */
export type StepTerm = ((outputs: StepOutputs, sample: StepTensors) => Scalar) & FeatureUser;

/** What losses look at, by the names of the recipe. */
export interface LossParts {
  readonly encoders: Readonly<Record<string, Encoder>>;
  readonly discriminators: Readonly<Record<string, DiscriminatorPlayer>>;
}

/** A loss, the features it looks at, and what has to be measured before it counts. */
export interface BuiltLoss {
  readonly term: StepTerm;
  /** Of the encoder that it names. */
  readonly requests?: readonly FeatureRequest[] | undefined;
  /** The loss for one target, of a kind whose target may be any picture. */
  readonly prepare?: EncoderLoss['prepare'];
  readonly calibration?: Calibration;
}

/**
 * The function of a recipe's loss, without its weight.
 *
 * @param name as the recipe calls it, for messages
 * @throws `losses/...` for options that do not exist
 */
export function buildLoss(name: string, loss: RecipeLoss, parts: LossParts): BuiltLoss {
  const encoder = 'encoder' in loss ? parts.encoders[loss.encoder]! : undefined!;
  switch (loss.kind) {
    case 'l1':
      return { term: compared(l1(optionsOf(loss)), loss) };
    case 'l2':
      return { term: compared(l2(optionsOf(loss)), loss) };
    case 'huber':
      return { term: compared(huber(optionsOf(loss)), loss) };
    case 'charbonnier':
      return { term: compared(charbonnier(optionsOf(loss)), loss) };
    case 'total-variation': {
      const variation = totalVariation(optionsOf(loss));
      return { term: outputs => variation(outputs[loss.output ?? 'image']!) };
    }
    case 'grid':
      return { term: compared(gridLoss(optionsOf(loss))) };
    case 'gradient-map':
      return {
        term: loss.output === undefined ? compared(gradientMapLoss(optionsOf(loss))) : branchOf(loss, loss.output),
      };
    case 'feature':
      return encoded(featureLoss({ ...optionsOf(loss), encoder }));
    case 'style': {
      const style = styleLoss({ ...optionsOf(loss), encoder });
      return loss.patch === undefined ? ofAnyTarget(style) : byPatches(style, loss.patch);
    }
    case 'histogram':
      return ofAnyTarget(histogramLoss({ ...optionsOf(loss), encoder }));
    case 'structure':
      return encoded(structureLoss({ ...optionsOf(loss), encoder }));
    case 'texture': {
      const texture = textureLoss({ ...optionsOf(loss), encoder });
      return loss.masked ? bySegments(name, texture) : encoded(texture);
    }
    case 'adversarial':
      return { term: compared(parts.discriminators[loss.discriminator]!.adversarialLoss) };
    case 'discriminator-content':
      return contentOf(loss, parts.discriminators[loss.discriminator]!);
  }
}

interface Compared {
  readonly output?: string | undefined;
  readonly luma?: boolean | undefined;
}

/** A loss of an output and the target, which is made as large. */
function compared(loss: Loss, { output = 'image', luma = false }: Compared = {}): StepTerm {
  const view = luma ? lumaOf : (images: Tensor4D): Tensor4D => images;
  return (outputs, { target }) => {
    const prediction = outputs[output]!;
    const [, height, width] = prediction.shape;
    const isSmaller = output !== 'image' && (height !== target.shape[1] || width !== target.shape[2]);
    return loss(view(prediction), view(isSmaller ? resize(target, { height, width }) : target));
  };
}

/** The loss of a gradient map that the network gives itself (SPSR's branch): by default L1, padding 1. */
function branchOf(
  { norm = 'l1', padding = 1, paddingMode = 'zero' }: Extract<RecipeLoss, { kind: 'gradient-map' }>,
  output: string,
): StepTerm {
  const distance = { l1, l2 }[norm]();
  return (outputs, { target }) => distance(outputs[output]!, gradientMap(target, { padding, paddingMode }));
}

function encoded(loss: EncoderLoss): BuiltLoss {
  const term = ({ image }: StepOutputs, { target }: StepTensors): Scalar => loss(image, target);
  return { term: Object.assign(term, { features: loss.features ?? [] }), requests: loss.features };
}

function ofAnyTarget(loss: EncoderLoss): BuiltLoss {
  return { ...encoded(loss), prepare: loss.prepare };
}

/** Patch by patch, each as a picture of its own: no features are shared. */
function byPatches(loss: EncoderLoss, side: number): BuiltLoss {
  const term: StepTerm = ({ image }, { target }) => tidy(() => loss(patchesOf(image, side), patchesOf(target, side)));
  return { term, requests: loss.features };
}

/** Segment by segment. Masked pictures are not those that other losses look at: no features are shared. */
function bySegments(name: string, loss: EncoderLoss): BuiltLoss {
  const guided = masked(loss);
  const term: StepTerm = ({ image }, { target, masks }) => {
    if (masks !== undefined) return guided(image, target, masks);
    throw new SrError({
      code: 'train/masks',
      message: `The loss "${name}" expects batches with masks, received one without. Set data.masks and say where they are, or losses.${name}.masked=false.`,
    });
  };
  return { term, requests: loss.features };
}

type ContentTerm = Extract<RecipeLoss, { kind: 'discriminator-content' }>;

function contentOf({ preset, layers, calibration = 0 }: ContentTerm, player: DiscriminatorPlayer): BuiltLoss {
  const { network, parameters } = player;
  const options = {
    encoder: encoderOf({ network, parameters }),
    ...(preset && { preset }),
    ...(layers && { layers }),
  };
  let content: DiscriminatorContentLoss<string> = discriminatorContent(options);
  const requests = content.features ?? [];
  const term = ({ image }: StepOutputs, { target }: StepTensors): Scalar => content(image, target);
  const measured: Calibration = {
    batches: calibration,
    async measure(pairs) {
      content = await content.calibrate(pairs);
    },
    state: () => ({ ...content.scales }),
    restore(scales) {
      content = discriminatorContent({ ...options, scales: scales as Record<string, number> });
    },
  };
  return { term: Object.assign(term, { features: requests }), ...(calibration > 0 && { calibration: measured }) };
}

/** What of a loss is not an option of its function. */
const own = [
  'kind',
  'weight',
  'turn',
  'output',
  'luma',
  'encoder',
  'discriminator',
  'patch',
  'masked',
  'calibration',
] as const;

type OptionsOf<T> = { [Key in keyof T as Exclude<Key, (typeof own)[number]>]: Exclude<T[Key], undefined> };

function optionsOf<T extends RecipeLoss>(loss: T): OptionsOf<T> {
  const isOption = ([key, value]: [string, unknown]): boolean =>
    value !== undefined && !(own as readonly string[]).includes(key);
  return Object.fromEntries(Object.entries(loss).filter(isOption)) as OptionsOf<T>;
}
