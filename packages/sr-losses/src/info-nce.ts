import {
  add,
  matMul,
  mean,
  mul,
  rsqrt,
  type Scalar,
  square,
  step,
  sub,
  sum,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkShape } from 'sr-tensor';
import { logSumExp } from './log-sum-exp.js';

/**
 * SPSR's factor of the cosine: exp(64 cos). A divisor of 64 could not train: all scores would lie between e^(-1/64) and
 * e^(1/64).
 */
const spsrGamma = 64;

/** Added to the exponent of what does not count: exp of it is 0 in float32, next to any score. */
const excluded = -1e9;

export interface InfoNceOptions {
  /** `[batch or 1, targets, candidates]`: 1 at the candidate that is the right answer, 0 elsewhere. */
  readonly positives: Tensor3D;
  /** `[batch or 1, targets, candidates]`: 1 at the wrong answers that count, 0 elsewhere. Default: all but the right one. */
  readonly negatives?: Tensor3D;
  /** What the cosine is multiplied with. Default 64. */
  readonly gamma?: number;
}

/**
 * InfoNCE: how hard it is to tell the right feature from the wrong ones by a prediction of it.
 *
 * -mean log (f(right) / (f(right) + sum of f(wrong))) with f(z) = exp(gamma cos(z, predicted)). With n wrong ones as similar
 * as the right one it is ln(1 + n). The length of features does not matter; a feature of zeros has the cosine 0.
 *
 * @param predicted `[batch, targets, channels]`
 * @param candidates `[batch, candidates, channels]`, the same for all targets of an item: a whole feature map, say
 * @throws `tensor/shape` if the shapes do not fit
 * @see van den Oord et al. 2018, equation 4; Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, equations
 *   11 and 12
 * @example
 * const loss = infoNce(predicted, candidates, { positives, negatives });
 */
export function infoNce(
  predicted: Tensor3D,
  candidates: Tensor3D,
  { positives, negatives, gamma = spsrGamma }: InfoNceOptions,
): Scalar {
  checkShape(predicted, '[batch, targets, channels]', 'infoNce: predicted');
  const [batch, targets, channels] = predicted.shape;
  checkShape(candidates, `[${batch}, candidates, ${channels}]`, 'infoNce: candidates');
  const count = candidates.shape[1];
  for (const [name, mask] of Object.entries({ positives, negatives: negatives ?? positives })) {
    checkShape(mask, `[${mask.shape[0] === 1 ? 1 : batch}, ${targets}, ${count}]`, `infoNce: ${name}`);
  }
  return tidy(() => {
    const scores = mul(cosines(predicted, candidates), gamma);
    const right = sum(mul(scores, positives), 2);
    const counted = negatives === undefined ? scores : add(scores, mul(sub(1, add(positives, negatives)), excluded));
    return mean<Scalar>(sub(logSumExp(counted), right));
  });
}

/** Of each prediction with each candidate of its item: `[batch, targets, candidates]`. */
export function cosines(predicted: Tensor3D, candidates: Tensor3D): Tensor3D {
  return matMul(unit(predicted), unit(candidates), false, true);
}

/** Features of length 1; zeros stay zeros. */
function unit(x: Tensor3D): Tensor3D {
  const energy = sum(square(x), 2, true);
  // 1 instead of 0, whose root has no derivative.
  return mul(x, rsqrt(add(energy, sub(1, step(energy)))));
}
