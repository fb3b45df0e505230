/**
 * Total variation: how much neighbouring pixels differ, in the forms in which it was published and coded.
 *
 * The definitions differ in everything but the idea: squared or absolute, sums or means, which borders count, which units.
 */
import {
  add,
  div,
  mean,
  mul,
  type Scalar,
  sign,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, pad, SrError } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import type { PriorLoss } from './loss.js';
import { power } from './power.js';

export type TotalVariationPreset = keyof typeof presets;

export interface TotalVariationOptions {
  /**
   * With dx, dy the differences of neighbours to the right and below:
   * - `'johnson'` (default): (1/2) sum (dx^2 + dy^2) in 8-bit levels, over the pixels that have both neighbours
   *   (fast-neural-style and neural-style, `TotalVariation.lua` and `TVLoss`, which give the gradient only; usual weights
   *   1e-6 to 1e-3)
   * - `'leftthomas'`: 2 (mean dx^2 + mean dy^2) (leftthomas/SRGAN; weight 2e-8)
   * - `'basicsr'`: mean |dx| + mean |dy| (BasicSR `WeightedTVLoss`)
   * - `'piq-l1'`, `'piq-l2'`, `'piq-l2-squared'`: sum |dx| + sum |dy|, sqrt(sum dx^2 + sum dy^2), sum dx^2 + sum dy^2 of
   *   each image, their mean (piq `total_variation`)
   * - `'mahendran'`: sum (dx^2 + dy^2)^(beta / 2), a difference across the border counting as 0 (Mahendran and Vedaldi,
   *   "Understanding deep image representations by inverting them", CVPR 2015)
   */
  preset?: TotalVariationPreset;
  /** Of `'johnson'`: the sum over the images of a batch (default, as the codes), or their mean. */
  reduction?: 'sum' | 'batch-mean';
  /** Of `'mahendran'`. Default 2; 1 is the classical isotropic total variation. */
  beta?: number;
}

/** Differences of neighbours: x `[batch, height, width - 1, 3]`, y `[batch, height - 1, width, 3]`. */
interface Differences {
  readonly x: Tensor4D;
  readonly y: Tensor4D;
  readonly beta: number;
  readonly reduction: 'sum' | 'batch-mean';
}

const presets = {
  johnson: ({ x, y, reduction }: Differences): Tensor => {
    const inner = (d: Tensor4D): Tensor4D =>
      slice(d, [0, 0, 0, 0], [-1, Math.min(x.shape[1], y.shape[1]), Math.min(x.shape[2], y.shape[2]), -1]);
    const images = reduction === 'sum' ? 1 : x.shape[0];
    return mul(add(sum(square(inner(x))), sum(square(inner(y)))), 255 ** 2 / 2 / images);
  },
  leftthomas: ({ x, y }: Differences): Tensor => mul(add(mean(square(x)), mean(square(y))), 2),
  basicsr: ({ x, y }: Differences): Tensor => add(mean(absolute(x)), mean(absolute(y))),
  'piq-l1': ({ x, y }: Differences): Tensor => div(add(sum(absolute(x)), sum(absolute(y))), x.shape[0]),
  'piq-l2': ({ x, y }: Differences): Tensor => mean(power(add(sumOfEach(square(x)), sumOfEach(square(y))), 1 / 2)),
  'piq-l2-squared': ({ x, y }: Differences): Tensor => div(add(sum(square(x)), sum(square(y))), x.shape[0]),
  mahendran: ({ x, y, beta }: Differences): Tensor => {
    const below = pad(y, { top: 0, bottom: 1, left: 0, right: 0 });
    const right = pad(x, { top: 0, bottom: 0, left: 0, right: 1 });
    return sum(power(add(square(right), square(below)), beta / 2));
  },
} as const;

/**
 * The total variation of predictions: small for smooth images, 0 for one colour.
 *
 * It looks at the prediction alone, so it goes wherever a loss goes and takes no target.
 *
 * @returns a loss of one `[batch, height, width, 3]`; it throws `tensor/shape` for anything else and below 2 x 2 pixels
 * @throws `losses/preset`, `losses/reduction` for an unknown one, `losses/beta` unless beta > 0
 * @example
 * const loss = weighted({ pixel: [1, l1()], smooth: [2e-8, totalVariation({ preset: 'leftthomas' })] });
 * const value = loss(prediction, target);
 */
export function totalVariation({
  preset = 'johnson',
  reduction = 'sum',
  beta = 2,
}: TotalVariationOptions = {}): PriorLoss {
  checkChoice('totalVariation', 'preset', preset, presets);
  checkChoice('totalVariation', 'reduction', reduction, { sum: true, 'batch-mean': true });
  if (!(beta > 0)) {
    throw new SrError({ code: 'losses/beta', message: `totalVariation: expected beta > 0, received ${beta}.` });
  }
  return (prediction: Tensor4D): Scalar => {
    checkImages(prediction, 'totalVariation: prediction');
    const [, height, width] = prediction.shape;
    if (height < 2 || width < 2) {
      throw new SrError({
        code: 'tensor/shape',
        message: `totalVariation: expected at least 2 x 2 pixels, received [${prediction.shape.join(', ')}].`,
      });
    }
    const part = (top: number, left: number, rows: number, columns: number): Tensor4D =>
      slice(prediction, [0, top, left, 0], [-1, rows, columns, -1]);
    return tidy(() => {
      const x = sub<Tensor4D>(part(0, 1, height, width - 1), part(0, 0, height, width - 1));
      const y = sub<Tensor4D>(part(1, 0, height - 1, width), part(0, 0, height - 1, width));
      return presets[preset]({ x, y, beta, reduction }) as Scalar;
    });
  };
}

/** |x| whose derivative at 0 is 0, as in PyTorch; that of tfjs is -1. */
function absolute(x: Tensor): Tensor {
  return mul(x, sign(x));
}

function sumOfEach(x: Tensor): Tensor {
  return sum(x, [1, 2, 3]);
}
