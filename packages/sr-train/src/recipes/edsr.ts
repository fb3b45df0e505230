import { type RecipeFamily, recipeFamily } from '../recipe-family.js';

/**
 * EDSR, the large network or the authors' baseline, by absolute errors.
 *
 * At x4 the authors begin with a network of x2, all but its tail: `--set init.weights=runs/edsr-x2 init.partial=true`.
 *
 * @param options.form default `paper`
 * @param options.scale default 4
 * @param options.size default `large`; `small` has a baseline of its own
 * @see Lim et al., "Enhanced deep residual networks for single image super-resolution", CVPRW 2017, section 4; EDSR-PyTorch
 * @example
 * const run = train(recipes.edsr({ size: 'baseline' }), { data: 'DIV2K/', out: 'runs/edsr' });
 */
export const edsr: RecipeFamily<{ form: 'paper' | 'small'; scale: 4 | 2 | 3; size: 'large' | 'baseline' }> =
  recipeFamily({ form: ['paper', 'small'], scale: [4, 2, 3], size: ['large', 'baseline'] }, ({ form, scale, size }) => {
    const isSmall = form === 'small';
    return {
      name: 'edsr',
      form,
      source: 'Lim et al., "Enhanced deep residual networks", CVPRW 2017, section 4',
      network: {
        name: 'edsr',
        config: { scale, preset: isSmall ? 'baseline' : size, ...(isSmall && { channels: 32, blocks: 4 }) },
      },
      losses: { pixel: { kind: 'l1', weight: 1 } },
      optimizer: { kind: 'adam' },
      schedule: { kind: 'every', learningRate: isSmall ? 4e-4 : 1e-4, every: isSmall ? 2000 : 200_000, factor: 0.5 },
      steps: isSmall ? 4000 : 300_000,
      data: { batchSize: isSmall ? 8 : 16, patchSize: isSmall ? 24 : 48 },
      ...(isSmall && { validation: { every: 500 } }),
    };
  });
