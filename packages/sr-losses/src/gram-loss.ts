/** What style and texture losses share: distances of the Gram matrices of layers. */
import { mul, type Scalar, square, sub, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type GramNormalization, gramMatrix } from 'gram-perceptual-metric';

/**
 * How the difference D of two Gram matrices becomes a number, for N channels and M positions:
 *
 * - `sum`: the sum of D^2;
 * - `mean`: the sum of D^2 / N^2;
 * - `gatys`: the sum of (F F' - P P')^2 / (4 N^2 M^2), which with D of F F' / (N M) is the sum of D^2 / 4.
 */
export type GramReduction = 'sum' | 'mean' | 'gatys';

export interface GramForm {
  readonly normalization: GramNormalization;
  readonly reduction: GramReduction;
}

/** The mean over the batch of the distance of the Gram matrices. */
export function gramTerms({ normalization, reduction }: GramForm): {
  describe: (features: Tensor4D) => Tensor;
  compare: (prediction: Tensor, target: Tensor) => Scalar;
} {
  return {
    describe: features => gramMatrix(features, { normalization }),
    compare: (prediction, target) => {
      const [batch, channels] = prediction.shape as [number, number, number];
      const share = { sum: 1, mean: 1 / channels ** 2, gatys: 1 / 4 }[reduction];
      // Row by row: wasm adds one number after the other.
      return mul<Scalar>(sum(sum(square(sub(prediction, target)), 2)), share / batch);
    },
  };
}
