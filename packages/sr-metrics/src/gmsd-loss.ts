import {
  add,
  concat,
  div,
  maximum,
  mean,
  mul,
  type Scalar,
  split,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, conv2d, pad } from 'sr-tensor';
import { GMSD_CONSTANT } from './gmsd-constants.js';
import { greyOf } from './grey.js';

/**
 * GMSD of a batch, as a differentiable scalar; see `gmsd`.
 *
 * The mean over the batch, on grey; values are not clipped. Where the gradient of a picture, or the deviation, is zero
 * the slope counts as zero.
 *
 * @param prediction `[batch, height, width, 3]`, RGB in [0, 1]
 * @param target of the same shape
 * @throws `tensor/shape`
 */
export function gmsdLoss(prediction: Tensor4D, target: Tensor4D): Scalar {
  checkImages(prediction, 'gmsd.loss: prediction');
  checkSameShape(prediction, target, 'gmsd.loss: prediction and target');
  return tidy(() => {
    const [x, y] = split(magnitudes(halve(concat([greyOf(prediction), greyOf(target)]))), 2) as [Tensor, Tensor];
    const c = GMSD_CONSTANT / 255 ** 2;
    const similarity = div(add(mul(mul(x, y), 2), c), add(add(square(x), square(y)), c));
    const difference = sub(similarity, mean(similarity, [1, 2, 3], true));
    return mean(root(mean(square(difference), [1, 2, 3]))) as Scalar;
  });
}

/** Below this the root counts as constant: a millionth of a grey level's square, and of a deviation's. */
const leastSquare = 1e-12;

function root(x: Tensor): Tensor {
  return sqrt(maximum(x, leastSquare));
}

function halve(x: Tensor4D): Tensor4D {
  const even = pad(x, { top: 0, bottom: x.shape[1] % 2, left: 0, right: x.shape[2] % 2 });
  return conv2d(even, { weight: tensor4d([0.25, 0.25, 0.25, 0.25], [2, 2, 1, 1]) }, { stride: 2, padding: 'valid' });
}

function magnitudes(x: Tensor4D): Tensor {
  // Two output channels: to the right, downwards.
  const prewitt = [-1, 0, 1].flatMap(row => [-1, 0, 1].flatMap(column => [column / 3, row / 3]));
  const gradients = conv2d(x, { weight: tensor4d(prewitt, [3, 3, 1, 2]) });
  return root(sum(square(gradients), 3, true));
}
