import { type RecipeFamily, recipeFamily } from '../recipe-family.js';

/**
 * SRCNN 9-5-5 by squared errors of the luma; the last layer learns ten times more slowly.
 *
 * The paper counts 8e8 backpropagations of patches of 33 pixels, here patches of the next smaller multiple of the scale.
 *
 * @param options.form default `paper`; `small` learns by Adam, thirty times as fast
 * @param options.scale default 4
 * @see Dong et al., "Image super-resolution using deep convolutional networks", TPAMI 2016, sections 3.3 and 4.1
 * @example
 * const run = train(recipes.srcnn({ scale: 3 }), { data: 'T91/', out: 'runs/srcnn' });
 */
export const srcnn: RecipeFamily<{ form: 'paper' | 'small'; scale: 4 | 2 | 3 }> = recipeFamily(
  { form: ['paper', 'small'], scale: [4, 2, 3] },
  ({ form, scale }) => {
    const isSmall = form === 'small';
    // Section 4.1 has the last layer learn more slowly, the authors' SRCNN_net.prototxt the biases as well.
    const rates = { '^conv3': 0.1, bias$: 0.1 };
    return {
      name: 'srcnn',
      form,
      source: 'Dong et al., "Image super-resolution using deep convolutional networks", TPAMI 2016, section 3.3',
      network: { name: 'srcnn', config: { scale } },
      // Half the sum over a patch, as Caffe has it; the three channels of a grey picture hold it three times.
      losses: { pixel: { kind: 'l2', luma: true, reduction: 'batch-mean', weight: 1 / 6 } },
      optimizer: isSmall ? { kind: 'adam', rates } : { kind: 'sgd', momentum: 0.9, rates },
      schedule: { kind: 'constant', learningRate: isSmall ? 3e-4 : 1e-4 },
      steps: isSmall ? 10_000 : 800_000_000 / 128,
      // Batches as in SRCNN_net.prototxt.
      data: { batchSize: isSmall ? 16 : 128, patchSize: Math.floor(33 / scale), augment: isSmall },
      validation: { every: isSmall ? 1000 : 10_000 },
    };
  },
);
