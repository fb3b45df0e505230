/** How a recipe trains one network: from its data to a player. */
import { adam, learningRateAt, muon, type Optimizer, sgd } from 'sr-tensor/optimizers';
import { scheduleOf } from './phases.js';
import type { PlayerOptions } from './player.js';
import type { RecipeBase, RecipeOptimizer } from './recipe.js';

/**
 * What a recipe without phases says of a network that it trains.
 *
 * @param recipe whose durations are in steps (`inSteps`)
 * @param seed for the initial parameters
 */
export function playerOf({ optimizer, schedule, steps, emaDecay, clipNorm }: RecipeBase, seed: number): PlayerOptions {
  const rates = scheduleOf(schedule, steps as number);
  return {
    optimizer: buildOptimizer(optimizer, schedule.learningRate),
    learningRate: step => learningRateAt(rates, step),
    rates: optimizer.rates,
    emaDecay,
    clipNorm: clipNorm ?? undefined,
    seed,
  };
}

/** The optimizer of a recipe. */
export function buildOptimizer(options: RecipeOptimizer, learningRate: number): Optimizer {
  if (options.kind === 'sgd') {
    const { momentum, weightDecay } = options;
    return sgd({ learningRate, momentum, weightDecay });
  }
  const { beta1, beta2, epsilon, weightDecay } = options;
  if (options.kind === 'muon') {
    return muon({ learningRate, momentum: options.momentum, beta1, beta2, epsilon, weightDecay });
  }
  return adam({ learningRate, beta1, beta2, epsilon, weightDecay });
}
