/** The trainer that a recipe describes. */
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { type WeightedLoss, weighted } from 'sr-losses';
import { buildDiscriminator, buildNetwork } from 'sr-models';
import { type Encoder, gradientMap, type Network, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { type BuiltLoss, buildLoss, type LossParts, type StepTerm } from './build-losses.js';
import { DiscriminatorPlayer } from './discriminator-player.js';
import { shiftsBy } from './jitter.js';
import { learningRateOf, type Phase, phaseAt, phasesOf, trainsIn } from './phases.js';
import { buildOptimizer } from './player-of.js';
import type { Recipe, RecipeDiscriminator, RecipeView, SuperResolutionRecipe } from './recipe.js';
import type { RecipeLoss } from './recipe-loss.js';
import {
  type Calibration,
  type StepLoss,
  type StepOutputs,
  type StepPlan,
  type StepTensors,
  Trainer,
} from './trainer.js';

export interface BuildTrainerOptions {
  /** The encoders of the recipe by name; the trainer disposes them. `loadEncoders` of `sr-train/node` loads them. */
  readonly encoders?: Readonly<Record<string, Encoder>>;
  /** Initial parameters (PyTorch's names and order of axes); default: random ones, whatever the recipe's `init` says. */
  readonly init?: ReadonlyMap<string, WeightTensor> | undefined;
  /** The same of discriminators by name. */
  readonly discriminatorInit?: Readonly<Record<string, ReadonlyMap<string, WeightTensor>>>;
}

/**
 * The trainer that a recipe describes.
 *
 * @param recipe whose durations are in steps (`inSteps`)
 * @throws `weights/...` for initial parameters of another network, `network/unknown`, `network/config`, `losses/...` for
 *   what does not exist, `recipe/invalid` for a layer or an output that there is not
 * @example
 * const trainer = buildTrainer(recipes.compact());
 */
export function buildTrainer(
  recipe: Recipe,
  { encoders = {}, init, discriminatorInit = {} }: BuildTrainerOptions = {},
): Trainer {
  if (recipe.task !== 'super-resolution') {
    throw invalid(`task: expected "super-resolution", received "${recipe.task}"`);
  }
  const { seed, accumulate } = recipe;
  const steps = recipe.steps as number;
  const network = buildNetwork(recipe.network);
  const phases = phasesOf(recipe);
  const discriminators: Record<string, DiscriminatorPlayer> = {};
  // Random initial parameters come from seeds of their own.
  let nextSeed = seed;
  for (const name of usedDiscriminators(recipe, phases)) {
    const description = recipe.discriminators[name]!;
    nextSeed++;
    discriminators[name] = buildPlayer(description, {
      recipe,
      phases,
      encoders,
      seed: nextSeed,
      init: discriminatorInit[name],
    });
  }
  const losses = buildLosses(recipe, phases, { encoders, discriminators });
  checkLosses(recipe, losses, { network, encoders });
  const calibrations = Object.entries(losses).flatMap(([name, { calibration }]) =>
    calibration === undefined ? [] : [[name, calibration] as const],
  );
  return new Trainer({
    network,
    discriminators,
    calibrations: Object.fromEntries<Calibration>(calibrations),
    batchesPerStep: accumulate,
    owned: Object.values(encoders),
    plan: planOf(recipe, phases, losses),
    optimizer: buildOptimizer(recipe.optimizer, recipe.schedule.learningRate),
    learningRate: learningRateOf(recipe.schedule, phases, steps),
    rates: recipe.optimizer.rates,
    emaDecay: recipe.emaDecay,
    clipNorm: recipe.clipNorm ?? undefined,
    seed,
    init,
    record: true,
  });
}

/** The losses that count in a phase, with the weights that they have there. */
export function weightsIn(
  { losses }: Pick<SuperResolutionRecipe, 'losses'>,
  phase: Pick<Phase, 'losses'>,
): [name: string, loss: RecipeLoss, weight: number][] {
  return Object.entries(losses)
    .map(([name, loss]): [string, RecipeLoss, number] => [name, loss, phase.losses[name] ?? loss.weight])
    .filter(([, , weight]) => weight !== 0);
}

function buildPlayer(
  description: RecipeDiscriminator,
  {
    recipe,
    phases,
    encoders,
    seed,
    init,
  }: {
    recipe: SuperResolutionRecipe;
    phases: readonly Phase[];
    encoders: LossParts['encoders'];
    seed: number;
    init: ReadonlyMap<string, WeightTensor> | undefined;
  },
): DiscriminatorPlayer {
  const { network, objective, sees, penalty, clipNorm } = description;
  const optimizer = description.optimizer ?? recipe.optimizer;
  const schedule = description.schedule ?? recipe.schedule;
  return new DiscriminatorPlayer({
    network: buildDiscriminator(network),
    objective,
    view: viewOf(sees, encoders),
    penalty: penalty ?? undefined,
    optimizer: buildOptimizer(optimizer, schedule.learningRate),
    learningRate: learningRateOf(schedule, phases, recipe.steps as number),
    rates: optimizer.rates,
    clipNorm: clipNorm ?? undefined,
    seed,
    init,
  });
}

function viewOf(sees: RecipeView, encoders: LossParts['encoders']): ((images: Tensor4D) => Tensor4D) | undefined {
  switch (sees.kind) {
    case 'image':
      return undefined;
    case 'gradient-map':
      return images => gradientMap(images, { padding: sees.padding });
    case 'features':
      return images => encoders[sees.encoder]!(images, { layers: [sees.layer] })[sees.layer]!;
  }
}

/** The discriminators that a loss asks for in some phase, or that a phase trains. */
export function usedDiscriminators(
  recipe: Pick<SuperResolutionRecipe, 'losses' | 'discriminators'>,
  phases: readonly Phase[],
): string[] {
  return Object.keys(recipe.discriminators).filter(name =>
    phases.some(phase => isAskedIn(name, recipe, phase) || phase.discriminators[name]),
  );
}

function isAskedIn(name: string, recipe: Pick<SuperResolutionRecipe, 'losses'>, phase: Phase): boolean {
  return weightsIn(recipe, phase).some(([, loss]) => 'discriminator' in loss && loss.discriminator === name);
}

/** The losses that count in some phase. */
function buildLosses(
  recipe: SuperResolutionRecipe,
  phases: readonly Phase[],
  parts: LossParts,
): Record<string, BuiltLoss> {
  const used = new Map(phases.flatMap(phase => weightsIn(recipe, phase).map(([name, loss]) => [name, loss] as const)));
  return Object.fromEntries([...used].map(([name, loss]) => [name, buildLoss(name, loss, parts)]));
}

type StepInputs = [outputs: StepOutputs, sample: StepTensors];

/** What is done in each step. All losses are put together beforehand, so that what is wrong with them shows at once. */
function planOf(
  recipe: SuperResolutionRecipe,
  phases: readonly Phase[],
  built: Readonly<Record<string, BuiltLoss>>,
): (step: number) => StepPlan {
  const plans = new Map(
    phases.map(phase => {
      const losses = phase.generator ? takeTurns(recipe, phase, built) : [];
      const trained = Object.keys(recipe.discriminators).filter(
        name => phase.discriminators[name] ?? isAskedIn(name, recipe, phase),
      );
      return [phase, { losses, trained, trains: trainsIn(phase) }];
    }),
  );
  const shifts = shiftsBy(recipe.jitter);
  return step => {
    const phase = phaseAt(phases, step);
    const { losses, trained, trains } = plans.get(phase)!;
    const learns = phase.generator && step % recipe.generatorEvery === 0;
    return {
      loss: learns ? losses[step % losses.length] : undefined,
      trains,
      discriminators: trained.filter(name => step % recipe.discriminators[name]!.every === 0),
      shift: shifts[step % shifts.length],
      fresh: phase.freshOptimizers && step === phase.from,
    };
  };
}

/** The losses of a phase, one for each of the steps after which the turns begin again. */
function takeTurns(
  recipe: SuperResolutionRecipe,
  phase: Phase,
  built: Readonly<Record<string, BuiltLoss>>,
): StepLoss[] {
  const used = weightsIn(recipe, phase);
  const period = used.reduce((all, [, { turn }]) => leastCommonMultiple(all, turn?.of ?? 1), 1);
  return Array.from({ length: period }, (_, step) => {
    const counting = used.filter(([, { turn }]) => turn === undefined || step % turn.of === turn.index);
    const loss: WeightedLoss<string, StepInputs> = weighted<string, StepInputs>(
      Object.fromEntries(
        counting.map(([name, , weight]): [string, readonly [number, StepTerm]] => [name, [weight, built[name]!.term]]),
      ),
    );
    return {
      terms: (outputs, sample): Record<string, Scalar> => loss.terms(outputs, sample),
      outputs: counting.some(([, each]) => 'output' in each && each.output !== undefined),
    };
  });
}

function leastCommonMultiple(a: number, b: number): number {
  const greatestCommonDivisor = (x: number, y: number): number => (y === 0 ? x : greatestCommonDivisor(y, x % y));
  return (a * b) / greatestCommonDivisor(a, b);
}

/** Throws `recipe/invalid` for layers and outputs that there are not. */
function checkLosses(
  { losses }: SuperResolutionRecipe,
  built: Readonly<Record<string, BuiltLoss>>,
  { network, encoders }: { network: Network; encoders: LossParts['encoders'] },
): void {
  for (const [name, { requests = [] }] of Object.entries(built)) {
    const loss = losses[name]!;
    if ('encoder' in loss) {
      const { layers, encoderName } = encoders[loss.encoder]!;
      const missing = requests.flatMap(request => request.layers).find(layer => !layers.includes(layer));
      if (missing === undefined) continue;
      throw invalid(
        `losses.${name}.${loss.kind === 'structure' ? 'layer' : 'layers'}: the encoder "${loss.encoder}" (${encoderName}) has no layer "${missing}"; it has ${layers.join(', ')}`,
      );
    }
    if (!('output' in loss) || loss.output === undefined) continue;
    const { outputs = [] } = network;
    if (outputs.includes(loss.output)) continue;
    const there = outputs.length === 0 ? 'none' : outputs.join(', ');
    throw invalid(
      `losses.${name}.output: ${network.name} has no output "${loss.output}"; beside its picture it has ${there}`,
    );
  }
}

function invalid(message: string): SrError {
  return new SrError({ code: 'recipe/invalid', message: `Recipe: ${message}.` });
}
