import { addN, mul, type Scalar, slice, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkShape } from 'sr-tensor';
import type { Loss } from './loss.js';
import { apartFromRound } from './shared-features.js';

/** A loss of regions; weighted with others as `(prediction, target, masks) => scalar`. */
export type MaskedLoss = (prediction: Tensor4D, target: Tensor4D, masks: Tensor4D) => Scalar;

/**
 * The sum of a loss over regions: both images are multiplied by each mask in turn.
 *
 * sum over k of loss(prediction m_k, target m_k). What lies outside a region is black in both, before whatever the loss
 * makes of them, and gets no gradient from it; a region where both agree costs what black against black costs. A mean
 * stays one over the whole image.
 *
 * @param loss of two `[batch, height, width, 3]`
 * @returns a function of prediction, target and `masks` `[batch or 1, height, width, regions]` in [0, 1], a region a
 *   channel; it throws `tensor/shape` if they do not fit
 * @see Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution" (TSRN-S and the
 *   masked column of its figure 2)
 * @example
 * const loss = masked(l2());
 * const value = loss(prediction, target, masks);
 */
export function masked(loss: Loss): MaskedLoss {
  return (prediction: Tensor4D, target: Tensor4D, masks: Tensor4D): Scalar => {
    const [batch, height, width] = prediction.shape;
    checkShape(masks, `[${masks.shape[0] === 1 ? 1 : batch}, ${height}, ${width}, regions]`, 'masked: masks');
    const ofRegion = (mask: Tensor): Scalar => {
      const [inside, wanted] = [mul<Tensor4D>(prediction, mask), mul<Tensor4D>(target, mask)];
      // Nobody else looks at these images: their features go no deeper than this loss does.
      return apartFromRound(() => loss(inside, wanted));
    };
    return tidy(() => {
      const regions = Array.from({ length: masks.shape[3] }, (_, k) => slice(masks, [0, 0, 0, k], [-1, -1, -1, 1]));
      return addN(regions.map(ofRegion));
    });
  };
}
