/**
 * Contextual prediction, one of the two ways to train a structure extractor: tell a feature from the features around it.
 *
 * On a feature map the neighbours of a target at distance d (the context) predict it; wrong answers are all features of the
 * same map whose receptive fields touch neither the target's nor the context's, that is, at least d away in x or y from each.
 */
import {
  concat,
  reshape,
  type Scalar,
  slice,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkShape, SrError } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { infoNce } from './info-nce.js';

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
export function contextPredictionLoss(
  features: Tensor4D,
  { predict, targets, spacing, context = 'horizontal', gamma }: ContextPredictionOptions,
): Scalar {
  checkShape(features, '[batch, height, width, channels]', 'contextPredictionLoss: features');
  const [batch, height, width, channels] = features.shape;
  const neighbours = offsetsOf(context, spacing);
  for (const target of targets) checkTarget(target, neighbours, [height, width]);
  return tidy(() => {
    const around = targets.map(([row, column]) =>
      concat(
        neighbours.map(([down, right]) => featureAt(features, [row + down, column + right])),
        1,
      ),
    );
    // Items in the order target by target within each map.
    const items = reshape(
      concat(
        around.map(x => reshape(x, [batch, 1, -1])),
        1,
      ),
      [batch * targets.length, -1],
    );
    const predicted = reshape(predict(items as Tensor2D), [batch, targets.length, channels]) as Tensor3D;
    const cells = height * width;
    const masks = (mask: (target: Place) => Float32Array): Tensor3D =>
      concat(
        targets.map(target => tensor(mask(target), [1, 1, cells])),
        1,
      ) as Tensor3D;
    return infoNce(predicted, reshape(features, [batch, cells, channels]), {
      positives: masks(([row, column]) => {
        const mask = new Float32Array(cells);
        mask[row * width + column] = 1;
        return mask;
      }),
      negatives: masks(target => contextNegatives(target, { height, width, spacing, context })),
      ...(gamma === undefined ? {} : { gamma }),
    });
  });
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

/** The feature of one cell of each map: `[batch, channels]`. */
export function featureAt(features: Tensor4D, [row, column]: Place): Tensor2D {
  const [batch, , , channels] = features.shape;
  return reshape(slice(features, [0, row, column, 0], [-1, 1, 1, -1]), [batch, channels]);
}

function offsetsOf(context: Context, spacing: number): Place[] {
  checkChoice('contextPredictionLoss', 'context', context, contexts);
  return contexts[context].map(([down, right]) => [down * spacing, right * spacing]);
}

function checkTarget([row, column]: Place, neighbours: Place[], [height, width]: [number, number]): void {
  const inside = neighbours.every(
    ([down, right]) => row + down >= 0 && row + down < height && column + right >= 0 && column + right < width,
  );
  if (inside && row >= 0 && row < height && column >= 0 && column < width) return;
  throw new SrError({
    code: 'losses/place',
    message: `contextPredictionLoss: expected targets whose context lies on the ${height} x ${width} map, received row ${row}, column ${column}. Choose one of contextTargets.`,
  });
}
