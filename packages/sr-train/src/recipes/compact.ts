import { type RecipeFamily, recipeFamily } from '../recipe-family.js';

interface Choices {
  readonly form: 'paper' | 'small';
  readonly scale: number;
  readonly network: 'plain' | 'wide';
}

/**
 * Our own recipe for the compact network: L1, Muon, half a cosine after a short warm-up, averaged parameters.
 *
 * Of more than a hundred steps an average is of no use here while the rate is high: orthogonal steps lead far, and the average of
 * far parameters is none of them.
 *
 * @param options.form default `paper`, which here means ours
 * @param options.scale the enlargement; default 4
 * @param options.network `wide`: more branches while it is trained, folded afterwards; default `plain`
 * @example
 * const run = train(recipes.compact({ scale: 4 }), { data: 'photos/', out: 'runs/compact' });
 */
export const compact: RecipeFamily<{ [Name in keyof Choices]: Choices[Name] }> = recipeFamily(
  { form: ['paper', 'small'], scale: [4, 1, 2, 3, 8], network: ['plain', 'wide'] },
  ({ form, scale, network }) => ({
    name: 'compact',
    form,
    network: {
      name: network === 'wide' ? 'wide-compact' : 'compact',
      config: { scale, channels: 32, depth: 8, base: 'bilinear' },
    },
    losses: { pixel: { kind: 'l1', weight: 1 } },
    optimizer: { kind: 'muon' },
    schedule: { kind: 'cosine', learningRate: 2e-3, minimum: 1e-6, warmUp: 200 },
    steps: form === 'small' ? 2000 : 10_000,
    data: { batchSize: 16, patchSize: form === 'small' ? 32 : 48 },
    emaDecay: 0.99,
  }),
);
