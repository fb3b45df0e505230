import { type Scalar, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, gradientMap, type ImageGradientOptions } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import type { Loss } from './loss.js';
import { type Norm, normOf, norms } from './norm.js';

export type GradientMapLossPreset = keyof typeof presets;

export interface GradientMapLossOptions extends ImageGradientOptions {
  /**
   * - `'paper'` (default): L1, padding 1 (Ma et al. 2020, equation 7; the same size as the image)
   * - `'code'`: mean squared, padding 2 (the authors' code, whose maps are two pixels larger than the image)
   */
  preset?: GradientMapLossPreset;
  /** Instead of the preset's. */
  norm?: Norm;
}

const presets = {
  paper: { norm: 'l1', padding: 1, paddingMode: 'zero' },
  code: { norm: 'l2', padding: 2, paddingMode: 'zero' },
} as const;

/**
 * The gradient loss of SPSR: the distance of two gradient maps.
 *
 * norm(M(prediction) - M(target)) with M = sqrt(Ix^2 + Iy^2 + 1e-6) of each channel, the differences undivided
 * (`gradientMap` of sr-tensor, which also makes the target of a gradient branch). `paddingMode: 'replicate'` leaves out the
 * ridges that zeros cause along the border.
 *
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ
 * @throws `losses/preset`, `losses/norm` for an unknown one
 * @see Ma et al., "Structure-preserving super resolution with gradient guidance", CVPR 2020, section 3.2;
 *   Maclory/SPSR `code/models/SPSR_model.py`
 * @example
 * const loss = weighted({ pixel: [0.01, l1()], gradient: [0.01, gradientMapLoss({ preset: 'code' })] });
 */
export function gradientMapLoss(options: GradientMapLossOptions = {}): Loss {
  const { preset = 'paper', ...rest } = options;
  checkChoice('gradientMapLoss', 'preset', preset, presets);
  const { norm, ...map } = { ...presets[preset], ...rest };
  checkChoice('gradientMapLoss', 'norm', norm, norms);
  return (prediction: Tensor4D, target: Tensor4D): Scalar => {
    checkImages(prediction, 'gradientMapLoss: prediction');
    checkSameShape(prediction, target, 'gradientMapLoss: prediction and target');
    return tidy(() => normOf(sub(gradientMap(prediction, map), gradientMap(target, map)), norm));
  };
}
