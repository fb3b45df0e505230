/**
 * Contextual prediction, one of the two ways to train a structure extractor: tell a feature from the features around it.
 *
 * On a feature map the neighbours of a target at distance d (the context) predict it; wrong answers are all features of the
 * same map whose receptive fields touch neither the target's nor the context's, that is, at least d away in x or y from each.
 */
import {
  cast,
  greater,
  matMul,
  max,
  mul,
  reshape,
  type Scalar,
  stack,
  sub,
  sum,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkShape, SrError } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { cosines, infoNce } from './info-nce.js';

/** `'horizontal'`: left and right; `'vertical'`: above and below; `'cross'`: all four, in the order left, right, above, below. */
export type Context = keyof typeof contexts;

const contexts = {
  horizontal: [
    [0, -1],
    [0, 1],
  ],
  vertical: [
    [-1, 0],
    [1, 0],
  ],
  cross: [
    [0, -1],
    [0, 1],
    [-1, 0],
    [1, 0],
  ],
} as const;

/** A place on a feature map. */
export type Place = readonly [row: number, column: number];

export interface ContextOptions {
  /** d, in cells: the receptive field over the stride, rounded up, so that fields at this distance do not overlap. */
  readonly spacing: number;
  /** Default `'horizontal'`, which the paper found best. */
  readonly context?: Context;
}

export interface ContextPredictionOptions extends ContextOptions {
  /** Turns the features of the context `[items, contexts * channels]` into predicted features `[items, channels]`. */
  readonly predict: (context: Tensor2D) => Tensor2D;
  /** Which cells are to be told, the same in every map; `contextTargets` says which have their whole context. */
  readonly targets: readonly Place[];
  /** Default 64; see `infoNce`. */
  readonly gamma?: number;
}

/**
 * The contextual prediction loss of feature maps.
 *
 * InfoNCE of predict(features around) against the target and all negatives of its map, its mean over maps and targets.
 *
 * @param features `[batch, height, width, channels]`, of patches that are large against the receptive field
 * @throws `losses/context` for an unknown context, `losses/place` for a target without its whole context
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, section 3.4
 * @example
 * const [row, column] = [24, 24];
 * const loss = contextPredictionLoss(features, { predict, targets: [[row, column]], spacing: 6 });
 */
export function contextPredictionLoss(features: Tensor4D, options: ContextPredictionOptions): Scalar {
  return tidy(() => {
    const { predicted, candidates, positives, negatives } = ask(features, options, 'contextPredictionLoss');
    const { gamma } = options;
    return infoNce(predicted, candidates, { positives, negatives, ...(gamma === undefined ? {} : { gamma }) });
  });
}

/**
 * Which targets are told from all others: 1 where the cosine of the predicted feature with the target is larger than with
 * every negative, else 0. Without a gradient.
 *
 * @param features as in `contextPredictionLoss`, as are the options
 * @returns `[batch, targets]`
 * @throws as `contextPredictionLoss`
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, section 4: how extractors are compared
 * @example
 * const share = mean(contextPredictionSuccess(features, { predict, targets: [[24, 24]], spacing: 6 }));
 */
export function contextPredictionSuccess(
  features: Tensor4D,
  options: Omit<ContextPredictionOptions, 'gamma'>,
): Tensor2D {
  return tidy(() => {
    const { predicted, candidates, positives, negatives } = ask(features, options, 'contextPredictionSuccess');
    const scores = cosines(predicted, candidates);
    // A cosine is never below -1.
    const wrong = max(sub(mul(scores, negatives), mul(sub(1, negatives), 2)), 2);
    return cast(greater(sum(mul(scores, positives), 2), wrong), 'float32') as Tensor2D;
  });
}

/** What the context predicts for each target, and the right and wrong answers. */
function ask(
  features: Tensor4D,
  { predict, targets, spacing, context = 'horizontal' }: ContextPredictionOptions,
  what: string,
): { predicted: Tensor3D; candidates: Tensor3D; positives: Tensor3D; negatives: Tensor3D } {
  checkShape(features, '[batch, height, width, channels]', `${what}: features`);
  const [batch, height, width, channels] = features.shape;
  const cells = height * width;
  const neighbours = offsetsOf(context, spacing);
  for (const target of targets) checkTarget(target, neighbours, [height, width], what);
  const around = targets.flatMap(([row, column]) =>
    neighbours.map(([down, right]) => [row + down, column + right] as const),
  );
  // Items in the order target by target within each map.
  const items = reshape(featuresAt(features, around), [batch * targets.length, neighbours.length * channels]);
  const negatives = targets.map(target => tensor1d(contextNegatives(target, { height, width, spacing, context })));
  return {
    predicted: reshape(predict(items as Tensor2D), [batch, targets.length, channels]),
    candidates: reshape(features, [batch, cells, channels]),
    positives: cellMasks(targets, [height, width]),
    negatives: reshape(stack(negatives), [1, targets.length, cells]),
  };
}

/**
 * The cells whose whole context lies on the map, as the first and last row and column.
 *
 * @throws `losses/place` if there are none
 */
export function contextTargets({
  height,
  width,
  spacing,
  context = 'horizontal',
}: ContextOptions & { height: number; width: number }): { rows: [number, number]; columns: [number, number] } {
  const neighbours = offsetsOf(context, spacing);
  const reach = (axis: 0 | 1): number => Math.max(...neighbours.map(offset => Math.abs(offset[axis])));
  const rows: [number, number] = [reach(0), height - 1 - reach(0)];
  const columns: [number, number] = [reach(1), width - 1 - reach(1)];
  if (rows[0] > rows[1] || columns[0] > columns[1]) {
    throw new SrError({
      code: 'losses/place',
      message: `contextTargets: expected a feature map of at least ${2 * reach(0) + 1} x ${2 * reach(1) + 1} cells, received ${height} x ${width}.`,
    });
  }
  return { rows, columns };
}

/**
 * Which cells are negatives of a target: 1 where the receptive field is disjoint from the target's and its context's.
 *
 * Away from the border that is all but a rectangle: height * width - (4 d - 1) (2 d - 1) cells for two neighbours.
 *
 * @returns `[height * width]`, row by row
 */
export function contextNegatives(
  [row, column]: Place,
  { height, width, spacing, context = 'horizontal' }: ContextOptions & { height: number; width: number },
): Float32Array {
  const taken: Place[] = [[0, 0], ...offsetsOf(context, spacing)].map(
    ([down, right]) => [row + down, column + right] as const,
  );
  return Float32Array.from({ length: height * width }, (_, cell) => {
    const [y, x] = [Math.floor(cell / width), cell % width];
    return taken.every(([r, c]) => Math.abs(y - r) >= spacing || Math.abs(x - c) >= spacing) ? 1 : 0;
  });
}

/**
 * The features of these cells of each map: `[batch, places, channels]`.
 *
 * A product with ones and zeros: the gradients of slices would each be as large as the maps.
 */
export function featuresAt(features: Tensor4D, places: readonly Place[]): Tensor3D {
  const [batch, height, width, channels] = features.shape;
  return matMul(cellMasks(places, [height, width]), reshape(features, [batch, height * width, channels]));
}

/** `[1, places, cells]`: 1 at the cell of each place, 0 elsewhere. */
function cellMasks(places: readonly Place[], [height, width]: readonly [number, number]): Tensor3D {
  const cells = height * width;
  const ones = new Float32Array(places.length * cells);
  for (const [i, [row, column]] of places.entries()) ones[i * cells + row * width + column] = 1;
  return tensor3d(ones, [1, places.length, cells]);
}

function offsetsOf(context: Context, spacing: number): Place[] {
  checkChoice('contextPredictionLoss', 'context', context, contexts);
  return contexts[context].map(([down, right]) => [down * spacing, right * spacing]);
}

function checkTarget([row, column]: Place, neighbours: Place[], [height, width]: [number, number], what: string): void {
  const inside = neighbours.every(
    ([down, right]) => row + down >= 0 && row + down < height && column + right >= 0 && column + right < width,
  );
  if (inside && row >= 0 && row < height && column >= 0 && column < width) return;
  throw new SrError({
    code: 'losses/place',
    message: `${what}: expected targets whose context lies on the ${height} x ${width} map, received row ${row}, column ${column}. Choose one of contextTargets.`,
  });
}
