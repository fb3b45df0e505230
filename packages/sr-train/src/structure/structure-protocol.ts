/**
 * How structure extractors are compared (Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, section 4): the
 * extractor stays as it is, a new head learns to answer the questions of a pretext task, and what counts is how many it
 * answers on pictures that nobody learned from. The better the features, the more.
 */
import { type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { cropPicture, tileGrid } from 'sr-data';
import { type MeanInterval, meanInterval } from 'sr-metrics';
import { featureSpacing } from 'sr-models';
import {
  type Encoder,
  Parameters,
  type Picture,
  pictureToTensor,
  Random,
  SrError,
  splitAlpha,
  throwIfAborted,
} from 'sr-tensor';
import { adam, learningRateAt } from 'sr-tensor/optimizers';
import { termGradients } from '../term-gradients.js';
import { type Pretext, type PretextTask, pretextTask } from './pretext-task.js';

export interface StructureProtocolOptions {
  /** What is asked; its `questions` are those a patch in a step of the head's training. */
  readonly pretext: Pretext;
  /** Pictures that heads learn from: random patches of them. */
  readonly train: readonly Picture[];
  /** Pictures that count: they are cut into tiles. */
  readonly test: readonly Picture[];
  /** Default: the encoder's last. */
  readonly layer?: string;
  /** New heads, each with questions of its own. Default 10. */
  readonly repeats?: number;
  /** Side of patches and tiles in pixels. Default 192, with 2,051 wrong answers to a question of two neighbours. */
  readonly patchSize?: number;
  /** Pixels between the beginnings of tiles. Default half a side. */
  readonly tileStep?: number;
  /** Patches that heads learn from; their features are kept in memory. Default 512. */
  readonly patches?: number;
  /** Of the training of a head. Default 1000. */
  readonly steps?: number;
  /** Patches a step. Default 4. */
  readonly batchSize?: number;
  /** At the beginning; it falls to 0 along half a cosine. Default 1e-3. */
  readonly learningRate?: number;
  /** For everything that is drawn. Default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Called after each repeat. */
  readonly onProgress?: (done: { repeat: number; success: number }) => void;
}

export interface StructureScore extends MeanInterval {
  /** The share of questions that each head answered rightly. */
  readonly repeats: readonly number[];
  /** Of a guess. */
  readonly chance: number;
  /** A repeat: one a tile. */
  readonly questions: number;
}

/**
 * How well questions about the structure of pictures can be answered from the features of an extractor.
 *
 * The same options and the same backend give the same score.
 *
 * @returns the mean share of right answers over the repeats with its 95 % interval, each repeat, and the share of guesses
 * @throws `structure/pictures` if no picture is as large as a patch, `losses/place`, `structure/size`, `aborted`
 * @example
 * const pretext = { ...pretexts.context, questions: 32 };
 * const { mean, low, high, chance } = await structureProtocol(encoder, {
 *   pretext,
 *   train: [photo],
 *   test: [picture],
 *   steps: 1000,
 * });
 */
export async function structureProtocol(encoder: Encoder, options: StructureProtocolOptions): Promise<StructureScore> {
  const { pretext, test, repeats = 10, patchSize = 192, tileStep = Math.ceil(patchSize / 2), seed = 1 } = options;
  const { layer = encoder.layers.at(-1)!, signal, onProgress } = options;
  const geometry = encoder.geometry(layer);
  const task = pretextTask(pretext, { channels: geometry.channels, spacing: featureSpacing(geometry) });
  const features = (images: readonly Picture[]): Promise<FeatureMaps> =>
    featureMaps(images, image => encoder(image, { layers: [layer] })[layer]!, signal);

  const patches = await features(randomPatches(options, patchSize, seed));
  const tiles = await features(test.flatMap(picture => tilesOf(picture, patchSize, tileStep)));
  const shares: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const random = new Random(seed + repeat + 1);
    const head = await trainHead(task, patches, random, options);
    try {
      const success = await successOn(task, head, tiles, random);
      shares.push(success);
      onProgress?.({ repeat, success });
    } finally {
      head.dispose();
    }
  }
  return { ...meanInterval(shares), repeats: shares, chance: task.chance(tiles), questions: tiles.count };
}

/**
 * The tiles of a picture for questions about its structure; none of one that is too small.
 *
 * @param side of a tile in pixels
 * @param step pixels between the beginnings of tiles
 */
export function tilesOf(picture: Picture, side: number, step: number): Picture[] {
  const { color } = splitAlpha(picture);
  const { width, height } = color;
  if (Math.min(width, height) < side) return [];
  return tileGrid({ width, height, tile: side, step }).map(area => cropPicture(color, area));
}

/** Feature maps of pictures of one size, end to end. */
interface FeatureMaps {
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What the head learns from. */
function randomPatches(
  { train, patches = 512 }: Pick<StructureProtocolOptions, 'train' | 'patches'>,
  side: number,
  seed: number,
): Picture[] {
  const large = train
    .filter(({ width, height }) => Math.min(width, height) >= side)
    .map(picture => splitAlpha(picture).color);
  if (large.length === 0) return [];
  const random = new Random(seed);
  return Array.from({ length: patches }, () => {
    const picture = large[random.int(large.length)]!;
    const [left, top] = [random.int(picture.width - side + 1), random.int(picture.height - side + 1)];
    return cropPicture(picture, { left, top, width: side, height: side });
  });
}

async function featureMaps(
  images: readonly Picture[],
  extract: (image: Tensor4D) => Tensor4D,
  signal: AbortSignal | undefined,
): Promise<FeatureMaps> {
  if (images.length === 0) {
    throw new SrError({
      code: 'structure/pictures',
      message:
        'structureProtocol: expected pictures to train heads on and others to test them on, each as large as a patch; received none.',
    });
  }
  let maps: FeatureMaps | undefined;
  for (const [i, image] of images.entries()) {
    throwIfAborted(signal);
    const map = tidy(() => extract(pictureToTensor(image)));
    const [, height, width, channels] = map.shape;
    maps ??= { data: new Float32Array(images.length * map.size), count: images.length, height, width, channels };
    maps.data.set(await map.data(), i * map.size);
    map.dispose();
  }
  return maps!;
}

/** Feature maps by number, as one batch. */
function batchOf({ data, height, width, channels }: FeatureMaps, numbers: readonly number[]): Tensor4D {
  const size = height * width * channels;
  const values = new Float32Array(numbers.length * size);
  for (const [i, number] of numbers.entries()) values.set(data.subarray(number * size, (number + 1) * size), i * size);
  return tensor4d(values, [numbers.length, height, width, channels]);
}

async function trainHead(
  task: PretextTask,
  maps: FeatureMaps,
  random: Random,
  { pretext, steps = 1000, batchSize = 4, learningRate = 1e-3, signal }: StructureProtocolOptions,
): Promise<Parameters> {
  const { height, width } = maps;
  const parameters = Parameters.create(task.head.parameters, { seed: random.uint32() });
  const optimizer = adam({ learningRate });
  const schedule = { kind: 'cosine', learningRate, periods: [steps] } as const;
  try {
    for (let step = 0; step < steps; step++) {
      throwIfAborted(signal);
      const features = batchOf(
        maps,
        Array.from({ length: batchSize }, () => random.int(maps.count)),
      );
      const questions = task.ask(random, { batch: batchSize, height, width, count: pretext.questions });
      const { terms, gradients } = termGradients(parameters.trainable(), () => ({
        loss: questions.loss(features, parameters.scope()),
      }));
      optimizer.learningRate = learningRateAt(schedule, step);
      optimizer.step(parameters.trainable(), gradients);
      for (const t of [features, terms.loss!, ...Object.values(gradients)]) t.dispose();
      // A step blocks: others get their turn.
      if (step % 20 === 0) await new Promise(resolve => setTimeout(resolve));
    }
    return parameters;
  } catch (error) {
    parameters.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
}

/** The share of right answers, one question a tile. */
async function successOn(task: PretextTask, head: Parameters, tiles: FeatureMaps, random: Random): Promise<number> {
  const { height, width, count } = tiles;
  let right = 0;
  for (let tile = 0; tile < count; tile++) {
    const success = tidy(() => {
      const questions = task.ask(random, { batch: 1, height, width, count: 1 });
      return questions.success(batchOf(tiles, [tile]), head.scope());
    });
    right += (await success.data())[0]!;
    success.dispose();
  }
  return right / count;
}
