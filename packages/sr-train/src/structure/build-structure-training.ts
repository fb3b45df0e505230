import { nse } from 'sr-models';
import { learningRateAt } from 'sr-tensor/optimizers';
import type { WeightTensor } from 'sr-tensor/weights';
import { buildOptimizer } from '../build-trainer.js';
import { scheduleOf } from '../phases.js';
import type { PlayerOptions } from '../player.js';
import type { StructureRecipe } from './structure-recipe.js';
import { StructureTraining } from './structure-training.js';

/**
 * The training of an extractor that a recipe describes.
 *
 * @param recipe whose durations are in steps (`inSteps`)
 * @param options.init initial parameters of the extractor (PyTorch's names and order of axes); default: random ones
 * @throws `weights/...` for initial parameters of another network, `network/config`
 * @example
 * const training = buildStructureTraining(recipes.nseContrastive({ form: 'small' }));
 */
export function buildStructureTraining(
  { network, pretext, optimizer, schedule, steps, emaDecay, clipNorm, seed }: StructureRecipe,
  { init }: { init?: ReadonlyMap<string, WeightTensor> | undefined } = {},
): StructureTraining {
  const rates = scheduleOf(schedule, steps as number);
  const player = (seed: number): PlayerOptions => ({
    optimizer: buildOptimizer(optimizer, schedule.learningRate),
    learningRate: step => learningRateAt(rates, step),
    rates: optimizer.rates,
    emaDecay,
    clipNorm: clipNorm ?? undefined,
    seed,
  });
  // Seeds of their own for the extractor, the head and the questions.
  return new StructureTraining({
    network: nse(network.config),
    pretext,
    extractor: { ...player(seed), init },
    head: player(seed + 1),
    seed: seed + 2,
  });
}
