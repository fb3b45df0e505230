import {
  concat,
  maximum,
  mean,
  mul,
  pow,
  type Scalar,
  slice,
  split,
  step,
  sub,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, conv2d, pad, SrError } from 'sr-tensor';
import { leastMsSsimSize, msSsimWeights } from './ms-ssim-constants.js';
import { channelsAsBatch, comparisons } from './ssim-loss.js';

export interface MsSsimLossOptions {
  /** As in `msSsim`. Default `matlab`. */
  preset?: 'matlab' | 'piq';
}

/**
 * 1 - MS-SSIM of a batch, as a differentiable scalar; see `msSsim`.
 *
 * The mean over the batch and all channels; values are not clipped.
 *
 * @param prediction `[batch, height, width, 3]`, RGB in [0, 1], at least 161 x 161
 * @param target of the same shape
 * @throws `tensor/shape`, `picture/size`
 */
export function msSsimLoss(
  prediction: Tensor4D,
  target: Tensor4D,
  { preset = 'matlab' }: MsSsimLossOptions = {},
): Scalar {
  checkImages(prediction, 'msSsim.loss: prediction');
  checkSameShape(prediction, target, 'msSsim.loss: prediction and target');
  const [, height, width] = prediction.shape;
  if (Math.min(height, width) < leastMsSsimSize) {
    throw new SrError({
      code: 'picture/size',
      message: `msSsim.loss: expected at least ${leastMsSsimSize} x ${leastMsSsimSize} pixels, received ${width} x ${height}.`,
    });
  }
  return tidy(() => {
    let both: Tensor4D = concat([channelsAsBatch(prediction), channelsAsBatch(target)]);
    let product: Tensor | undefined;
    for (const [scale, weight] of msSsimWeights.entries()) {
      if (scale > 0) both = halve(both, preset);
      const [x, y] = split(both, 2) as [Tensor4D, Tensor4D];
      const { luminance, contrast } = comparisons(x, y);
      const isLast = scale === msSsimWeights.length - 1;
      const factor = power(mean(isLast ? mul(luminance, contrast) : contrast, [1, 2, 3]), weight);
      product = product === undefined ? factor : mul(product, factor);
    }
    return sub(1, mean(product!)) as Scalar;
  });
}

/** max(0, x)^exponent; the slope is infinite towards 0 and is taken as 0 below this value. */
const leastBase = 1e-6;

function power(x: Tensor, exponent: number): Tensor {
  return mul(pow(maximum(x, leastBase), exponent), step(x));
}

/** The mean of 2x2 pixels, odd sizes as the preset has it. */
function halve(x: Tensor4D, preset: 'matlab' | 'piq'): Tensor4D {
  const [, height, width] = x.shape;
  const [oddHeight, oddWidth] = [height % 2, width % 2];
  const either = Math.max(oddHeight, oddWidth);
  const margins =
    preset === 'matlab'
      ? { top: 0, bottom: oddHeight, left: 0, right: oddWidth }
      : { top: either, bottom: 0, left: either, right: 0 };
  const padded = either > 0 ? pad(x, margins, { mode: 'replicate' }) : x;
  const rows = 2 * Math.floor(padded.shape[1] / 2);
  const columns = 2 * Math.floor(padded.shape[2] / 2);
  const even = slice(padded, [0, 0, 0, 0], [-1, rows, columns, -1]);
  return conv2d(even, { weight: tensor4d([0.25, 0.25, 0.25, 0.25], [2, 2, 1, 1]) }, { stride: 2, padding: 'valid' });
}
