/**
 * What a structure extractor learns from without labels, and is judged by afterwards: questions about its own feature maps
 * (Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, section 3.4).
 *
 * `context`: which of all features of the map belongs between these neighbours? `jigsaw`: in which of 24 orders do these four
 * features come? A small network on top of the extractor, the head, answers; it is thrown away.
 */
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Context,
  contextNegatives,
  contextPredictionLoss,
  contextPredictionSuccess,
  contextTargets,
  jigsawLoss,
  jigsawPermutations,
  jigsawSuccess,
  type Place,
} from 'sr-losses';
import { contextPredictor, jigsawHead, type VectorNetwork } from 'sr-models';
import { type Random, type Scope, SrError } from 'sr-tensor';

/** A pretext task as data. */
export type Pretext =
  | {
      readonly kind: 'context';
      /** Which neighbours are given: two beside it, two above and below, or all four. */
      readonly context: Context;
      /** What the cosine is multiplied with in the loss. */
      readonly gamma: number;
      /** Of the head. */
      readonly hidden: number;
      /** Questions a patch. */
      readonly questions: number;
    }
  | { readonly kind: 'jigsaw'; readonly hidden: number; readonly questions: number };

/** The kinds of tasks, with what the paper has; what it does not tell (the widths) is as in `sr-models`. */
export const pretexts: { readonly [Kind in Pretext['kind']]: Extract<Pretext, { kind: Kind }> } = {
  context: { kind: 'context', context: 'horizontal', gamma: 64, hidden: 128, questions: 1 },
  jigsaw: { kind: 'jigsaw', hidden: 256, questions: 1 },
};

/** The sides of a feature map in cells. */
export interface MapSize {
  readonly height: number;
  readonly width: number;
}

/** Questions that were drawn for a batch of feature maps: the same places in each of them. */
export interface Questions {
  /** The mean over all of them: InfoNCE, or the cross entropy of the orders. */
  loss(features: Tensor4D, head: Scope): Scalar;
  /** 1 where the answer is right, 0 where it is wrong: `[batch, questions]`. */
  success(features: Tensor4D, head: Scope): Tensor2D;
}

export interface PretextTask {
  readonly name: Pretext['kind'];
  readonly head: VectorNetwork;
  /**
   * Draws questions, as far from the border as keeps zero padding out of the fields that are asked about.
   *
   * @param count a map
   * @throws `losses/place` or `structure/size` if the maps are too small to ask anything
   */
  ask(random: Random, size: MapSize & { readonly batch: number; readonly count: number }): Questions;
  /** How often a guess is right. */
  chance(size: MapSize): number;
}

/**
 * A pretext task for feature maps.
 *
 * @param features how many channels the maps have, and at which distance fields no longer overlap (`featureSpacing`)
 * @example
 * const task = pretextTask(pretexts.context, { channels: 4, spacing: 6 });
 * const head = Parameters.create(task.head.parameters, { seed: 1 });
 * const questions = task.ask(random, { batch: 1, height: 49, width: 49, count: 16 });
 * const loss = questions.loss(features, head.scope());
 */
export function pretextTask(pretext: Pretext, features: { channels: number; spacing: number }): PretextTask {
  return pretext.kind === 'context' ? contextTask(pretext, features) : jigsawTask(pretext, features);
}

function contextTask(
  { kind, context, gamma, hidden }: Extract<Pretext, { kind: 'context' }>,
  { channels, spacing }: { channels: number; spacing: number },
): PretextTask {
  const head = contextPredictor({ channels, hidden, context });
  /** The targets around which everything that is excluded lies on the map. */
  const range = (size: MapSize): { rows: Range; columns: Range } => {
    const { rows, columns } = contextTargets({ ...size, spacing, context });
    return { rows: inner(rows, spacing - 1), columns: inner(columns, spacing - 1) };
  };
  return {
    name: kind,
    head,
    ask(random, { batch: _, count, ...size }) {
      const targets = places(random, count, range(size));
      const options = (scope: Scope) => ({
        predict: (around: Tensor2D) => head.apply(around, scope),
        targets,
        spacing,
        context,
      });
      return {
        loss: (maps, scope) => contextPredictionLoss(maps, { ...options(scope), gamma }),
        success: (maps, scope) => contextPredictionSuccess(maps, options(scope)),
      };
    },
    chance(size) {
      const { rows, columns } = range(size);
      const negatives = contextNegatives([rows[0], columns[0]], { ...size, spacing, context });
      return 1 / (1 + negatives.reduce((sum, x) => sum + x, 0));
    },
  };
}

function jigsawTask(
  { kind, hidden }: Extract<Pretext, { kind: 'jigsaw' }>,
  { channels, spacing }: { channels: number; spacing: number },
): PretextTask {
  const head = jigsawHead({ channels, hidden });
  return {
    name: kind,
    head,
    ask(random, { batch, count, height, width }) {
      if (Math.min(height, width) <= spacing) {
        throw new SrError({
          code: 'structure/size',
          message: `jigsaw: expected feature maps of at least ${spacing + 1} x ${spacing + 1} cells, received ${height} x ${width}. Take larger patches.`,
        });
      }
      const range = (length: number): Range => inner([0, length - 1 - spacing], Math.ceil(spacing / 2));
      const corners = places(random, count, { rows: range(height), columns: range(width) });
      const permutations = Array.from({ length: batch * count }, () => random.int(jigsawPermutations.length));
      const options = (scope: Scope) => ({
        classify: (pieces: Tensor2D) => head.apply(pieces, scope),
        spacing,
        corners,
        permutations,
      });
      return {
        loss: (maps, scope) => jigsawLoss(maps, options(scope)),
        success: (maps, scope) => jigsawSuccess(maps, options(scope)),
      };
    },
    chance: () => 1 / jigsawPermutations.length,
  };
}

type Range = readonly [first: number, last: number];

/** A range without so much at either end, or without what leaves one or two of it. */
function inner([first, last]: Range, margin: number): Range {
  const by = Math.min(margin, Math.floor((last - first) / 2));
  return [first + by, last - by];
}

function places(random: Random, count: number, { rows, columns }: { rows: Range; columns: Range }): Place[] {
  const within = ([first, last]: Range): number => first + random.int(last - first + 1);
  return Array.from({ length: count }, () => [within(rows), within(columns)] as const);
}
