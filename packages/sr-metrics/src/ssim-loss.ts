import {
  add,
  concat,
  conv2d,
  div,
  mean,
  mul,
  pad,
  reshape,
  type Scalar,
  split,
  square,
  sub,
  type Tensor4D,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, SrError } from 'sr-tensor';
import { K1, K2, RADIUS, SIZE, ssimWindow } from './ssim-constants.js';

export interface SsimLossOptions {
  /** As in `ssim`. Default `plain`. */
  preset?: 'plain' | 'zero-padded';
}

/**
 * 1 - SSIM of a batch, as a differentiable scalar; see `ssim`.
 *
 * The mean over the batch, all channels and all positions of the window; values are not clipped.
 *
 * @param prediction `[batch, height, width, 3]`, RGB in [0, 1], at least 11 x 11 (`zero-padded`: any)
 * @param target of the same shape
 * @throws `tensor/shape`, `picture/size`
 */
export function ssimLoss(prediction: Tensor4D, target: Tensor4D, { preset = 'plain' }: SsimLossOptions = {}): Scalar {
  checkImages(prediction, 'ssim.loss: prediction');
  checkSameShape(prediction, target, 'ssim.loss: prediction and target');
  const [, height, width] = prediction.shape;
  if (preset === 'plain' && Math.min(height, width) < SIZE) {
    throw new SrError({
      code: 'picture/size',
      message: `ssim.loss: expected at least ${SIZE} x ${SIZE} pixels, received ${width} x ${height}.`,
    });
  }
  return tidy(() => {
    const x = channelsAsBatch(prediction);
    const y = channelsAsBatch(target);
    const { luminance, contrast } = preset === 'plain' ? comparisons(x, y) : comparisons(zeroBorder(x), zeroBorder(y));
    return sub(1, mean(mul(luminance, contrast))) as Scalar;
  });
}

/** The two factors of SSIM at each position of the window: of the means, and of variances and covariance. */
export function comparisons(x: Tensor4D, y: Tensor4D): { luminance: Tensor4D; contrast: Tensor4D } {
  const moments: Tensor4D = concat([x, y, add(square(x), square(y)), mul(x, y)]);
  const [meanX, meanY, squares, products] = split(gaussianWindow(moments), 4) as [
    Tensor4D,
    Tensor4D,
    Tensor4D,
    Tensor4D,
  ];
  const product = mul(meanX, meanY);
  const meanSquares = add(square(meanX), square(meanY));
  const [c1, c2] = [K1 ** 2, K2 ** 2];
  return {
    luminance: div(add(mul(product, 2), c1), add(meanSquares, c1)),
    contrast: div(add(mul(sub(products, product), 2), c2), add(sub(squares, meanSquares), c2)),
  };
}

/** `[batch * channels, height, width, 1]`: channels are filtered alike. */
export function channelsAsBatch(x: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  return reshape(transpose(x, [0, 3, 1, 2]), [batch * channels, height, width, 1]);
}

function zeroBorder(x: Tensor4D): Tensor4D {
  return pad(x, [
    [0, 0],
    [RADIUS, RADIUS],
    [RADIUS, RADIUS],
    [0, 0],
  ]);
}

function gaussianWindow(x: Tensor4D): Tensor4D {
  const line = Float32Array.from(ssimWindow());
  const columns: Tensor4D = conv2d(x, tensor4d(line, [SIZE, 1, 1, 1]), 1, 'valid');
  return conv2d(columns, tensor4d(line, [1, SIZE, 1, 1]), 1, 'valid');
}
