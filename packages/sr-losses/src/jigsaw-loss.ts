import {
  concat,
  mean,
  mul,
  type Scalar,
  slice,
  sub,
  sum,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkShape, SrError } from 'sr-tensor';
import { featureAt, type Place } from './context-prediction.js';
import { logSumExp } from './log-sum-exp.js';

/** The orders of four pieces, in the order of a dictionary: the k-th says which piece lies first, second, third, fourth. */
export const jigsawPermutations: readonly (readonly number[])[] = permutationsOf([0, 1, 2, 3]);

export interface JigsawOptions {
  /** Turns four shuffled features `[batch, 4 * channels]` into a logit for each of the 24 orders. */
  readonly classify: (pieces: Tensor2D) => Tensor2D;
  /** d, in cells: fields at this distance do not overlap. The pieces are the corners of a square of this side. */
  readonly spacing: number;
  /** The upper left piece, the same in every map. */
  readonly corner: Place;
  /** Of each map, which of the 24 orders its pieces are shuffled into. */
  readonly permutations: readonly number[];
}

/**
 * The jigsaw loss of feature maps, the other way to train a structure extractor: tell how four features were shuffled.
 *
 * Cross entropy of classify(features of a 2 x 2 grid, shuffled) with the number of the permutation, its mean over the
 * batch. A classifier that knows nothing has ln 24.
 *
 * @param features `[batch, height, width, channels]`
 * @throws `losses/place` if the grid leaves the map, `losses/permutation` unless there is one of 24 for each map
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, equation 13; Noroozi and Favaro, ECCV 2016
 * @example
 * const loss = jigsawLoss(features, { classify, spacing: 6, corner: [3, 5], permutations: [random.int(24)] });
 */
export function jigsawLoss(
  features: Tensor4D,
  { classify, spacing, corner: [row, column], permutations }: JigsawOptions,
): Scalar {
  checkShape(features, '[batch, height, width, channels]', 'jigsawLoss: features');
  const [batch, height, width] = features.shape;
  if (!(row >= 0 && column >= 0 && row + spacing < height && column + spacing < width)) {
    throw new SrError({
      code: 'losses/place',
      message: `jigsawLoss: expected a corner at most ${spacing} cells from the end of the ${height} x ${width} map, received row ${row}, column ${column}.`,
    });
  }
  if (permutations.length !== batch || !permutations.every(k => jigsawPermutations[k] !== undefined)) {
    throw new SrError({
      code: 'losses/permutation',
      message: `jigsawLoss: expected ${batch} numbers of 0 to 23, received ${permutations.join(', ')}.`,
    });
  }
  return tidy(() => {
    const pieces = [0, 1, 2, 3].map(piece =>
      featureAt(features, [row + spacing * Math.floor(piece / 2), column + spacing * (piece % 2)]),
    );
    const shuffled = permutations.map((k, item) =>
      concat(
        jigsawPermutations[k]!.map(piece => slice(pieces[piece]!, [item, 0], [1, -1])),
        1,
      ),
    );
    const logits = classify(concat(shuffled, 0));
    checkShape(logits, `[${batch}, ${jigsawPermutations.length}]`, 'jigsawLoss: what classify returns');
    const right = permutations.map(k => jigsawPermutations.map((_, i) => (i === k ? 1 : 0)));
    return mean<Scalar>(sub(logSumExp(logits), sum(mul(logits, tensor2d(right)), 1)));
  });
}

function permutationsOf(pieces: readonly number[]): number[][] {
  if (pieces.length === 0) return [[]];
  return pieces.flatMap(first => permutationsOf(pieces.filter(piece => piece !== first)).map(rest => [first, ...rest]));
}
