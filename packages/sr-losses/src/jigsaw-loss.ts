import {
  argMax,
  cast,
  equal,
  matMul,
  mean,
  mul,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkShape, SrError } from 'sr-tensor';
import { featuresAt, type Place } from './context-prediction.js';
import { logSumExp } from './log-sum-exp.js';

/** The orders of four pieces, in the order of a dictionary: the k-th says which piece lies first, second, third, fourth. */
export const jigsawPermutations: readonly (readonly number[])[] = permutationsOf([0, 1, 2, 3]);

/** Of a grid: upper left, upper right, lower left, lower right. */
const pieces = [0, 1, 2, 3];

export interface JigsawOptions {
  /** Turns four shuffled features `[items, 4 * channels]` into a logit for each of the 24 orders. */
  readonly classify: (pieces: Tensor2D) => Tensor2D;
  /** d, in cells: fields at this distance do not overlap. The pieces are the corners of squares of this side. */
  readonly spacing: number;
  /** The upper left pieces of the grids, the same in every map. */
  readonly corners: readonly Place[];
  /** Which of the 24 orders the pieces are shuffled into: of each grid of the first map, then of the next. */
  readonly permutations: readonly number[];
}

/**
 * The jigsaw loss of feature maps, the other way to train a structure extractor: tell how four features were shuffled.
 *
 * Cross entropy of classify(features of a 2 x 2 grid, shuffled) with the number of the permutation, its mean over maps
 * and grids. A classifier that knows nothing has ln 24.
 *
 * @param features `[batch, height, width, channels]`
 * @throws `losses/place` if a grid leaves the map, `losses/permutation` unless there is one of 24 for each grid of each map
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, equation 13; Noroozi and Favaro, ECCV 2016
 * @example
 * const loss = jigsawLoss(features, { classify, spacing: 6, corners: [[3, 5]], permutations: [random.int(24)] });
 */
export function jigsawLoss(features: Tensor4D, options: JigsawOptions): Scalar {
  return tidy(() => {
    const logits = logitsOf(features, options, 'jigsawLoss');
    const right = options.permutations.map(k => jigsawPermutations.map((_, i) => (i === k ? 1 : 0)));
    return mean<Scalar>(sub(logSumExp(logits), sum(mul(logits, tensor2d(right)), 1)));
  });
}

/**
 * Which orders are told: 1 where the largest logit is that of the permutation, else 0. Without a gradient.
 *
 * @param features as in `jigsawLoss`, as are the options
 * @returns `[batch, corners]`
 * @throws as `jigsawLoss`
 * @example
 * const share = mean(jigsawSuccess(features, { classify, spacing: 6, corners: [[3, 5]], permutations: [7] }));
 */
export function jigsawSuccess(features: Tensor4D, options: JigsawOptions): Tensor2D {
  return tidy(() => {
    const told = argMax(logitsOf(features, options, 'jigsawSuccess'), 1);
    const right = cast(equal(told, tensor1d([...options.permutations], 'int32')), 'float32');
    return reshape(right, [features.shape[0], options.corners.length]);
  });
}

/** Of all grids of all maps: `[batch * corners, 24]`. */
function logitsOf(
  features: Tensor4D,
  { classify, spacing, corners, permutations }: JigsawOptions,
  what: string,
): Tensor2D {
  checkShape(features, '[batch, height, width, channels]', `${what}: features`);
  const [batch, height, width, channels] = features.shape;
  for (const [row, column] of corners) {
    if (row >= 0 && column >= 0 && row + spacing < height && column + spacing < width) continue;
    throw new SrError({
      code: 'losses/place',
      message: `${what}: expected corners at most ${spacing} cells from the end of the ${height} x ${width} map, received row ${row}, column ${column}.`,
    });
  }
  const items = batch * corners.length;
  if (permutations.length !== items || !permutations.every(k => jigsawPermutations[k] !== undefined)) {
    throw new SrError({
      code: 'losses/permutation',
      message: `${what}: expected ${items} numbers of 0 to 23, received ${permutations.join(', ')}.`,
    });
  }
  const places = corners.flatMap(([row, column]) =>
    pieces.map(piece => [row + spacing * Math.floor(piece / 2), column + spacing * (piece % 2)] as const),
  );
  const grids = reshape(featuresAt(features, places), [items, 4, channels]);
  const orders = permutations.map(k =>
    jigsawPermutations[k]!.map(piece => pieces.map(other => (other === piece ? 1 : 0))),
  );
  const shuffled = matMul(tensor3d(orders, [items, 4, 4]), grids);
  const logits = classify(reshape(shuffled, [items, 4 * channels]));
  checkShape(logits, `[${items}, ${jigsawPermutations.length}]`, `${what}: what classify returns`);
  return logits;
}

function permutationsOf(pieces: readonly number[]): number[][] {
  if (pieces.length === 0) return [[]];
  return pieces.flatMap(first => permutationsOf(pieces.filter(piece => piece !== first)).map(rest => [first, ...rest]));
}
