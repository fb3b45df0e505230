import type { SuperResolutionInput } from '../recipe.js';
import { type RecipeFamily, recipeFamily } from '../recipe-family.js';
import {
  baseParts,
  branchLoss,
  type Extractor,
  extractors,
  gradientParts,
  pictureParts,
  type Sides,
  type SpsrForm,
  sides,
  spsrSource,
  structureParts,
  together,
  trainingParts,
} from './spsr-parts.js';

/**
 * SPSR-G: a branch of the network enlarges the gradient map, and gradient maps are compared, by pixels and by a
 * discriminator.
 *
 * It begins with the weights of `rrdb-psnr`, as far as they fit, which are looked for in `runs/rrdb-psnr`
 * (`--set init.weights=RRDB_PSNR_x4.pth`; `init=null` for none); `small` pretrains for 1000 steps instead. In the first 5000
 * steps the authors' code trains the fusion alone; it squares the gradient loss (the paper: absolute), pads maps by two
 * pixels, and takes batches of 30 (15).
 *
 * @param options.form default `paper`
 * @param options.branch false: without the gradient branch (table II, w/o GB)
 * @param options.gradientLoss `both` (default), `pixel` (w/o AGL), `adversarial` (w/o PGL) or `none` (w/o GL)
 * @see Ma et al., TPAMI 2021, sections 3.2, 3.3 and 5.1; Maclory/SPSR
 * @example
 * const run = train(recipes.spsrG({ gradientLoss: 'pixel' }), { data: 'DIV2K/', out: 'runs/spsr-g' });
 */
export const spsrG: RecipeFamily<{ form: SpsrForm; branch: boolean; gradientLoss: Sides }> = recipeFamily(
  { form: ['paper', 'code', 'small'], branch: [true, false], gradientLoss: sides },
  ({ form, branch, gradientLoss }) =>
    spsr('spsr-g', {
      form,
      branch,
      parts: together(baseParts(form), pictureParts(form), gradientParts(form, gradientLoss)),
    }),
);

/**
 * SPSR-P: SPSR-G's network, but structure is what an extractor sees that was trained by contextual prediction.
 *
 * By default that is the extractor that comes along, `sr-weights/nse`; `nse-contrastive` trains others:
 * `--set encoders.structure.weights=runs/nse-contrastive`.
 *
 * @param options.form default `paper`
 * @param options.branch false: without the gradient branch (table III, w/o GB)
 * @param options.structureLoss `both` (default), `pixel` (w/o ASL), `adversarial` (w/o PSL) or `none` (w/o SL)
 * @param options.extractor `nse` (default), `vgg`, `resnet` or `random` (table VI)
 * @see Ma et al., TPAMI 2021, sections 3.4 and 5.1; nothing of it is released
 * @example
 * const recipe = recipes.spsrP({ extractor: 'random' });
 * const run = train(recipe, { data: 'DIV2K/', out: 'runs/spsr-r' });
 */
export const spsrP: RecipeFamily<{
  form: 'paper' | 'small';
  branch: boolean;
  structureLoss: Sides;
  extractor: Extractor;
}> = recipeFamily(
  { form: ['paper', 'small'], branch: [true, false], structureLoss: sides, extractor: extractors },
  ({ form, branch, structureLoss, extractor }) =>
    spsr('spsr-p', {
      form,
      branch,
      parts: together(baseParts(form), structureParts(form, structureLoss, extractor)),
    }),
);

/**
 * SPSR-J: SPSR-P with an extractor that was trained by jigsaws. Train one by `nse-jigsaw`; it is looked for in `runs/nse-jigsaw`
 * (`--set encoders.structure.weights=FOLDER`).
 *
 * @param options.form default `paper`
 * @param options.branch false: without the gradient branch
 * @param options.structureLoss `both` (default), `pixel`, `adversarial` or `none`
 * @see Ma et al., TPAMI 2021, sections 3.4 and 5.1; nothing of it is released
 * @example
 * const recipe = resolveRecipe('spsr-j', { 'encoders.structure.weights': 'runs/nse-jigsaw' });
 */
export const spsrJ: RecipeFamily<{ form: 'paper' | 'small'; branch: boolean; structureLoss: Sides }> = recipeFamily(
  { form: ['paper', 'small'], branch: [true, false], structureLoss: sides },
  ({ form, branch, structureLoss }) =>
    spsr('spsr-j', { form, branch, parts: together(baseParts(form), structureParts(form, structureLoss, 'jigsaw')) }),
);

function spsr(
  name: string,
  { form, branch, parts }: { form: SpsrForm; branch: boolean; parts: ReturnType<typeof together> },
): SuperResolutionInput {
  const isSmall = form === 'small';
  const training = trainingParts(form);
  const pretraining = isSmall ? 1000 : 0;
  const only = (pixel: number): Record<string, number> =>
    Object.fromEntries(Object.keys(parts.losses).map(loss => [loss, loss === 'pixel' ? pixel : 0]));
  return {
    name,
    form,
    source: spsrSource,
    network: { name: 'spsr', config: { branch, ...(isSmall && { channels: 16, blocks: 4, growth: 8 }) } },
    init: isSmall ? null : { weights: 'runs/rrdb-psnr', partial: true, widen: false },
    ...parts,
    losses: { ...parts.losses, ...(branch && { gradientBranch: branchLoss }) },
    phases:
      form === 'code'
        ? { fusion: { train: ['^f_'] }, whole: { from: 5000 } }
        : isSmall
          ? {
              // Against a network that has not learnt its colours the discriminators win at once.
              pretraining: { losses: only(1), schedule: { kind: 'constant', learningRate: 1e-3 } },
              adversarial: { from: pretraining, schedule: training.schedule, freshOptimizers: true },
            }
          : {},
    ...training,
    steps: pretraining + (training.steps as number),
  };
}
