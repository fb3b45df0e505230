import type { RecipeLoss, SuperResolutionInput } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import {
  baseParts,
  type Extractor,
  extractors,
  gradientParts,
  pictureParts,
  spsrSource,
  structureParts,
  together,
  trainingParts,
} from './spsr-parts.js';

interface Choices {
  readonly form: 'paper' | 'small';
  /** The losses: adversarial ones of pictures, those of gradient maps too, or of structure. */
  readonly variant: 'gan' | 'g' | 'p';
  readonly extractor: Extractor;
  readonly pretrain: boolean;
}

type Family = RecipeFamily<{ [Name in keyof Choices]: Choices[Name] }>;

const choices: Family['choices'] = {
  form: ['paper', 'small'],
  variant: ['gan', 'g', 'p'],
  extractor: extractors,
  pretrain: [true, false],
};

/**
 * EDSR by the losses of SPSR: `gan` (those of ESRGAN), `g` (and the gradient loss), `p` (the structure loss).
 *
 * @param options.form default `paper`
 * @param options.variant default `gan`
 * @param options.extractor of `p`; default `nse`, whose weights are `encoders.structure.weights`
 * @param options.pretrain false: without the pretraining by L1, for a training that begins with weights (`init.weights`)
 * @see Ma et al., TPAMI 2021, section 5.6 and table VII, whose EDSR is the baseline by its PSNR
 * @example
 * const run = train(recipes.spsrEdsr({ variant: 'g' }), { data: 'DIV2K/', out: 'runs/edsr-g' });
 */
export const spsrEdsr: Family = recipeFamily(choices, chosen => {
  const isSmall = chosen.form === 'small';
  return backbone('spsr-edsr', chosen, {
    network: { name: 'edsr', config: { preset: 'baseline', ...(isSmall && { channels: 32, blocks: 4 }) } },
    pretraining: { kind: 'l1', weight: 0 },
    schedule: { kind: 'every', learningRate: 1e-4, every: 200_000, factor: 0.5 },
    steps: 300_000,
  });
});

/**
 * SRResNet by the losses of SPSR: `gan` (those of ESRGAN), `g` (and the gradient loss), `p` (the structure loss).
 *
 * @param options.form default `paper`
 * @param options.variant default `gan`
 * @param options.extractor of `p`; default `nse`, whose weights are `encoders.structure.weights`
 * @param options.pretrain false: without the pretraining by MSE, for a training that begins with weights (`init.weights`)
 * @see Ma et al., TPAMI 2021, section 5.6 and table VII
 * @example
 * const run = train(recipes.spsrSrresnet({ variant: 'g' }), { data: 'DIV2K/', out: 'runs/srresnet-g' });
 */
export const spsrSrresnet: Family = recipeFamily(choices, chosen => {
  const isSmall = chosen.form === 'small';
  return backbone('spsr-srresnet', chosen, {
    network: { name: 'srresnet', config: isSmall ? { channels: 32, blocks: 4 } : {} },
    pretraining: { kind: 'l2', weight: 0 },
    schedule: { kind: 'constant', learningRate: 1e-4 },
    steps: 1_000_000,
  });
});

/** @param first how the network itself is trained, before its losses are those of SPSR */
function backbone(
  name: string,
  { form, variant, extractor, pretrain }: Choices,
  first: Pick<SuperResolutionInput, 'network' | 'schedule'> & { pretraining: RecipeLoss; steps: number },
): SuperResolutionInput {
  const isSmall = form === 'small';
  const parts = together(
    baseParts(form),
    ...(variant === 'p' ? [] : [pictureParts(form)]),
    ...(variant === 'g' ? [gradientParts(form, 'both')] : []),
    ...(variant === 'p' ? [structureParts(form, 'both', extractor)] : []),
  );
  const training = trainingParts(form);
  const from = !pretrain ? 0 : isSmall ? 1000 : first.steps;
  const off = Object.fromEntries(Object.keys(parts.losses).map(loss => [loss, 0]));
  const { learningRate } = first.schedule;
  return {
    name,
    form,
    source: spsrSource,
    network: first.network,
    ...parts,
    losses: { ...parts.losses, ...(pretrain && { pretraining: first.pretraining }) },
    ...training,
    phases: {
      ...(pretrain && {
        pretraining: {
          losses: { ...off, pretraining: 1 },
          schedule: isSmall ? ({ kind: 'constant', learningRate: 4 * learningRate } as const) : first.schedule,
        },
      }),
      adversarial: { from, schedule: training.schedule, freshOptimizers: true },
    },
    steps: from + (training.steps as number),
  };
}
