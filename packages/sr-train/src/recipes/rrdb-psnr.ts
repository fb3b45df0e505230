import { type RecipeFamily, recipeFamily } from '../recipe-family.js';

/**
 * The RRDB network by absolute errors: what ESRGAN and SPSR begin with.
 *
 * @param options.form default `paper`; `code` is BasicSR's: cosine restarts, averaged parameters
 * @see Wang et al., "ESRGAN", ECCV Workshops 2018, section 4.1; BasicSR, train_RRDBNet_PSNR_x4.yml
 * @example
 * const run = train(recipes.rrdbPsnr(), { data: 'DIV2K/', out: 'runs/rrdb-psnr' });
 */
export const rrdbPsnr: RecipeFamily<{ form: 'paper' | 'code' | 'small' }> = recipeFamily(
  { form: ['paper', 'code', 'small'] },
  ({ form }) => {
    const isSmall = form === 'small';
    const isCode = form === 'code';
    return {
      name: 'rrdb-psnr',
      form,
      source: 'Wang et al., "ESRGAN", ECCV Workshops 2018, section 4.1',
      network: { name: 'rrdbnet', ...(isSmall && { config: { channels: 32, blocks: 3, growth: 16 } }) },
      losses: { pixel: { kind: 'l1', weight: 1 } },
      optimizer: { kind: 'adam', ...(isCode && { beta2: 0.99 }) },
      schedule: isCode
        ? {
            kind: 'cosine-restarts',
            learningRate: 2e-4,
            minimum: 1e-7,
            periods: [250_000, 250_000, 250_000, 250_000],
          }
        : { kind: 'every', learningRate: 2e-4, every: isSmall ? 1500 : 200_000, factor: 0.5 },
      steps: isSmall ? 4000 : 1_000_000,
      data: { batchSize: isSmall ? 8 : 16, patchSize: isSmall ? 24 : 32, tiles: !isSmall },
      ...(isCode && { emaDecay: 0.999 }),
      ...(isSmall && { validation: { every: 500 } }),
    };
  },
);
