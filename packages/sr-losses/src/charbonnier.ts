import { add, div, sqrt, square, type Tensor } from '@tensorflow/tfjs-core';
import { checkChoice } from './check-choice.js';
import { elementwise, type Reduction } from './elementwise.js';
import type { Loss } from './loss.js';

export type CharbonnierPreset = keyof typeof presets;

export interface CharbonnierOptions {
  /**
   * - `'basicsr'` (default): epsilon^2 = 1e-12, mean (BasicSR `losses/basic_loss.py`, CharbonnierLoss)
   * - `'lapsrn'`: epsilon^2 = 1e-6, sum over the batch, no mean (Lai et al. 2017, section 3.3: epsilon = 1e-3; summed as
   *   in the authors' code)
   * - `'lapsrn-paper'`: epsilon^2 = 1e-6, sum over each image, mean over the batch (ibid., the loss as printed)
   */
  preset?: CharbonnierPreset;
  /** Instead of the preset's. */
  epsilon?: number;
  /** Instead of the preset's. */
  reduction?: Reduction;
}

const presets = {
  basicsr: { epsilon: 1e-6, reduction: 'mean' },
  lapsrn: { epsilon: 1e-3, reduction: 'sum' },
  'lapsrn-paper': { epsilon: 1e-3, reduction: 'batch-mean' },
} as const;

/**
 * The Charbonnier penalty, an absolute error that is smooth at zero.
 *
 * reduce sqrt((prediction - target)^2 + epsilon^2). Where both agree it is epsilon an element, not 0.
 *
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ
 * @throws `losses/preset` for an unknown preset
 * @see Charbonnier et al., "Two deterministic half-quadratic regularization algorithms for computed imaging", ICIP 1994
 * @example
 * const loss = charbonnier({ preset: 'lapsrn', reduction: 'mean' });
 * const value = loss(prediction, target); // a scalar tensor
 */
export function charbonnier(options: CharbonnierOptions = {}): Loss {
  const { preset = 'basicsr' } = options;
  checkChoice('charbonnier', 'preset', preset, presets);
  const { epsilon, reduction } = { ...presets[preset], ...options };
  const root = (difference: Tensor): Tensor => sqrt(add(square(difference), epsilon ** 2));
  return elementwise({
    name: 'charbonnier',
    value: root,
    derivative: difference => div(difference, root(difference)),
    reduction,
  });
}
