import type { Recipe } from '../recipe.js';

/**
 * Our own recipe for the compact network: L1, Adam, half a cosine after a short warm-up, averaged parameters.
 *
 * @param options.scale the enlargement; default 4
 * @example
 * const run = train(recipes.compact({ scale: 4 }), { data: 'photos/', out: 'runs/compact' });
 */
export function compact({ scale = 4 }: { scale?: number } = {}): Recipe {
  return {
    name: 'compact',
    network: { name: 'compact', config: { scale, channels: 32, depth: 8, base: 'bilinear' } },
    init: null,
    losses: { pixel: { kind: 'l1', weight: 1 } },
    // Kingma and Ba 2015, algorithm 1.
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    schedule: { kind: 'cosine', learningRate: 1e-3, minimum: 1e-6, warmUp: 500 },
    steps: 60_000,
    data: { batchSize: 16, patchSize: 48, augment: true },
    emaDecay: 0.999,
    clipNorm: null,
    validation: { every: 1000, heldOut: 8 },
    seed: 1,
  };
}
