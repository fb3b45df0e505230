import {
  add,
  concat,
  div,
  log,
  maximum,
  mean,
  mul,
  relu,
  type Scalar,
  split,
  square,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, conv2d, gaussianKernel, SrError } from 'sr-tensor';
import { greyOf } from './grey.js';
import { EPSILON, leastVifpSize, SIGMA_NOISE, vifpWindows } from './vifp-constants.js';

/**
 * 1 - VIFp of a batch, as a differentiable scalar; see `vifp`.
 *
 * The mean over the batch, on grey; values are not clipped. Negative where the prediction has more contrast.
 *
 * @param prediction `[batch, height, width, 3]`, RGB in [0, 1], at least 41 x 41
 * @param target of the same shape
 * @throws `tensor/shape`, `picture/size`
 */
export function vifpLoss(prediction: Tensor4D, target: Tensor4D): Scalar {
  checkImages(prediction, 'vifp.loss: prediction');
  checkSameShape(prediction, target, 'vifp.loss: prediction and target');
  const [, height, width] = prediction.shape;
  if (Math.min(height, width) < leastVifpSize) {
    throw new SrError({
      code: 'picture/size',
      message: `vifp.loss: expected at least ${leastVifpSize} x ${leastVifpSize} pixels, received ${width} x ${height}.`,
    });
  }
  return tidy(() => {
    let both: Tensor4D = mul(concat([greyOf(prediction), greyOf(target)]), 255);
    let kept: Tensor | undefined;
    let whole: Tensor | undefined;
    for (const [scale, window] of vifpWindows.entries()) {
      if (scale > 0) both = blurInside(both, window, 2);
      const [x, y] = split(both, 2) as [Tensor4D, Tensor4D];
      const information = informationOf(x, y, window);
      kept = kept === undefined ? information.kept : add(kept, information.kept);
      whole = whole === undefined ? information.whole : add(whole, information.whole);
    }
    return sub(1, mean(div(add(kept!, EPSILON), add(whole!, EPSILON)))) as Scalar;
  });
}

interface Window {
  readonly size: number;
  readonly sigma: number;
}

/** The sums of each picture at one scale. */
function informationOf(x: Tensor4D, y: Tensor4D, window: Window): { kept: Tensor; whole: Tensor } {
  // Variances do not depend on the level, and in float32 they are exact only without it.
  const level = mean(y, [1, 2, 3], true);
  const [x0, y0] = [sub(x, level), sub(y, level)] as [Tensor4D, Tensor4D];
  const moments = blurInside(concat([x0, y0, square(x0), square(y0), mul(x0, y0)]), window, 1);
  const [meanX, meanY, squaresX, squaresY, products] = split(moments, 5) as [
    Tensor4D,
    Tensor4D,
    Tensor4D,
    Tensor4D,
    Tensor4D,
  ];
  const varianceX = relu(sub(squaresX, square(meanX)));
  const varianceY = relu(sub(squaresY, square(meanY)));
  const covariance = sub(products, mul(meanX, meanY));
  const gain = div(covariance, add(varianceY, EPSILON));
  const noise = maximum(sub(varianceX, mul(gain, covariance)), EPSILON);
  const kept = log(add(div(mul(square(gain), varianceY), add(noise, SIGMA_NOISE)), 1));
  const whole = log(add(div(varianceY, SIGMA_NOISE), 1));
  // A flat reference has no information, a flat or inverted result keeps none.
  const keeps = mul(mul(step(sub(varianceX, EPSILON)), step(sub(varianceY, EPSILON))), step(gain));
  return { kept: sum(mul(kept, keeps), [1, 2, 3]), whole: sum(whole, [1, 2, 3]) };
}

/** Where the window lies wholly inside, at every `stride`-th position. */
function blurInside(x: Tensor4D, { size, sigma }: Window, stride: number): Tensor4D {
  const line = gaussianKernel({ size, sigma });
  const square = Float32Array.from({ length: size * size }, (_, i) => line[Math.floor(i / size)]! * line[i % size]!);
  return conv2d(x, { weight: tensor4d(square, [size, size, 1, 1]) }, { stride, padding: 'valid' });
}
