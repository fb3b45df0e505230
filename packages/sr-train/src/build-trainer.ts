import { charbonnier, type Loss, l1, l2, type WeightedLoss, weighted } from 'sr-losses';
import { buildNetwork } from 'sr-models';
import { adam, learningRateAt, type Schedule } from 'sr-tensor/optimizers';
import type { Recipe, RecipeLoss } from './recipe.js';
import { Trainer, type TrainerOptions } from './trainer.js';

/**
 * The trainer that a recipe describes.
 *
 * @param options.init initial parameters (PyTorch's names and order of axes); default: random ones, whatever the
 *   recipe's `init` says
 * @throws `weights/...` for initial parameters of another network, `network/unknown`, `network/config`, `losses/...` for what does not exist
 */
export function buildTrainer(recipe: Recipe, { init }: { init?: TrainerOptions['init'] | undefined } = {}): Trainer {
  const schedule = scheduleOf(recipe);
  const { beta1, beta2, epsilon, weightDecay } = recipe.optimizer;
  return new Trainer({
    network: buildNetwork(recipe.network),
    loss: lossOf(recipe),
    optimizer: adam({ learningRate: recipe.schedule.learningRate, beta1, beta2, epsilon, weightDecay }),
    learningRate: step => learningRateAt(schedule, step),
    emaDecay: recipe.emaDecay,
    clipNorm: recipe.clipNorm ?? undefined,
    seed: recipe.seed,
    ...(init && { init }),
  });
}

/** The loss of a recipe. */
function lossOf({ losses }: Pick<Recipe, 'losses'>): WeightedLoss {
  return weighted(
    Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, [loss.weight, termOf(loss)]])),
  );
}

/** The schedule of a recipe, for all of its steps. */
export function scheduleOf({ schedule, steps }: Pick<Recipe, 'schedule' | 'steps'>): Schedule {
  const { kind, learningRate, warmUp } = schedule;
  const main: Schedule =
    kind === 'constant'
      ? { kind, learningRate }
      : kind === 'cosine'
        ? { kind, learningRate, minimum: schedule.minimum, periods: [steps] }
        : { kind, learningRate, milestones: schedule.milestones, factor: schedule.factor };
  // The first step already counts: it has the share of one step.
  // biome-ignore lint/suspicious/noThenProperty: the schedule that follows the warm-up
  return warmUp === 0 ? main : { kind: 'warm-up', steps: warmUp, from: 1 / warmUp, then: main };
}

function termOf({ kind, preset, epsilon, reduction }: RecipeLoss): Loss {
  const reduced = reduction === undefined ? {} : { reduction };
  if (kind === 'l1') return l1(reduced);
  if (kind === 'l2') return l2(reduced);
  return charbonnier({
    ...reduced,
    ...(preset === undefined ? {} : { preset }),
    ...(epsilon === undefined ? {} : { epsilon }),
  });
}
