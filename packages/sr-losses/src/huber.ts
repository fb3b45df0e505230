import { clipByValue, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { checkChoice } from './check-choice.js';
import { elementwise, type Reduction } from './elementwise.js';
import type { Loss } from './loss.js';

export type HuberPreset = keyof typeof presets;

export interface HuberOptions {
  /**
   * - `'akella'` (default): delta 1 in units of 8-bit levels (Akella et al.; their inputs are centred by the mean of the
   *   training set, which leaves differences as they are)
   * - `'unit'`: delta 1 in units of [0, 1], where it is half the squared error as long as the prediction stays there
   */
  preset?: HuberPreset;
  /** Where the parabola becomes a line, in the preset's units. Instead of the preset's. */
  delta?: number;
  /** What white is in the units of delta and of the result. Instead of the preset's. */
  white?: number;
  /** Default `'mean'`. */
  reduction?: Reduction;
}

const presets = {
  akella: { delta: 1, white: 255 },
  unit: { delta: 1, white: 1 },
} as const;

/**
 * The Huber penalty: squared where the error is small, absolute where it is large.
 *
 * With d = white (prediction - target): reduce d^2 / 2 where |d| < delta, delta (|d| - delta / 2) elsewhere. Units matter:
 * delta = 1 is one of 255 levels in `'akella'`, the whole range in `'unit'`.
 *
 * @returns a loss of two `[batch, height, width, 3]`, in squared units of white; it throws `tensor/shape` if their shapes
 *   differ
 * @throws `losses/preset` for an unknown preset
 * @see Huber, "Robust estimation of a location parameter", 1964; PyTorch's `HuberLoss` has the same form
 * @example
 * const loss = huber(); // one level of 255 is where it bends
 * const value = loss(prediction, target); // a scalar tensor
 */
export function huber(options: HuberOptions = {}): Loss {
  const { preset = 'akella', reduction = 'mean' } = options;
  checkChoice('huber', 'preset', preset, presets);
  const { delta, white } = { ...presets[preset], ...options };
  const clipped = (difference: Tensor): Tensor => clipByValue(mul(difference, white), -delta, delta);
  return elementwise({
    name: 'huber',
    // c (d - c / 2) with d clipped to c in [-delta, delta] is both branches in one.
    value: difference => {
      const c = clipped(difference);
      return mul(c, sub(mul(difference, white), mul(c, 0.5)));
    },
    derivative: difference => mul(clipped(difference), white),
    reduction,
  });
}
