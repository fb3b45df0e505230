/** What trainings in the page have in common: what they are judged by, how they tell of themselves. */

import type { Batch } from 'sr-data';
import { cropPicture } from 'sr-data';
import { fromBlob, toImageData } from 'sr-data/browser';
import { type Parameters, type Picture, SrError, splitAlpha } from 'sr-tensor';
import { type ModelCard, writeWeights } from 'sr-tensor/weights';
import type { HandlerContext } from 'sr-tensor/worker';
import { type SampleSource, type TrainedNetwork, type Training, trainSteps } from 'sr-train';
import type { FineTuneEvent, FineTuneJob, FineTuneResult } from './contract.js';

/** Side of what is held out to judge by at most, in pixels. */
const judgedSide = 192;

export interface Tuning<Net extends TrainedNetwork> {
  readonly training: Training<Net>;
  readonly source: SampleSource<Batch>;
  readonly job: Pick<FineTuneJob, 'steps'>;
  readonly context: HandlerContext;
  /** What is shown beside the results. */
  readonly beside: Readonly<Record<string, Picture>>;
  /** How good the network is by now, on what was held out, and what it makes of that. */
  readonly judge: (parameters: Parameters) => Promise<{ score: number; picture: Picture }>;
  /** The card of what has come out. */
  readonly describe: (scores: { before: number; after: number }) => ModelCard;
}

/** Trains, tells of each step and shows a dozen times what the network makes of the picture that was held out. */
export async function tune<Net extends TrainedNetwork>({
  training,
  source,
  job: { steps },
  context: { signal, onProgress },
  beside,
  judge,
  describe,
}: Tuning<Net>): Promise<FineTuneResult> {
  const began = performance.now();
  const tell = (event: FineTuneEvent): void => onProgress(event);
  const show = (name: string, picture: Picture): void => tell({ kind: 'sample', name, image: toImageData(picture) });
  const judged = async (name: 'before' | 'after'): Promise<number> => {
    const averaged = training.averaged();
    try {
      const { score, picture } = await judge(averaged);
      tell({ kind: 'score', iteration: training.iteration, score });
      show(name, picture);
      return score;
    } finally {
      averaged.dispose();
    }
  };
  for (const [name, picture] of Object.entries(beside)) show(name, picture);
  const before = await judged('before');
  let after = before;
  const every = Math.max(5, Math.round(steps / 12));
  for await (const { iteration, losses, secondsLeft } of trainSteps({ training, source, steps, signal })) {
    const loss = Object.values(losses).reduce((sum, term) => sum + term, 0);
    tell({ kind: 'step', iteration, loss, secondsLeft });
    if (iteration % every === 0 || iteration === steps) after = await judged('after');
  }
  const card = describe({ before, after });
  const averaged = training.averaged();
  const weights = await writeWeights(await averaged.toWeights(), { card });
  averaged.dispose();
  return { weights, card, before, after, seconds: (performance.now() - began) / 1000 };
}

/**
 * One picture, or a part of the only one, is judged by and not trained with; of it the middle.
 *
 * @param least side of what can be trained with
 */
export function heldOut(
  pictures: readonly Picture[],
  least: number,
): { readonly training: Picture[]; readonly judged: Picture } {
  const large = pictures.filter(({ width, height }) => Math.min(width, height) >= least);
  const [first, ...others] = large;
  if (first === undefined || (others.length === 0 && first.width < 2 * least)) {
    throw new SrError({
      code: 'train/pictures',
      message: `Expected a picture of at least ${2 * least} x ${least} pixels, or two of ${least} x ${least}; all that were given are smaller. Take larger ones: they should look as results are to look.`,
    });
  }
  if (others.length > 0) return { training: others, judged: middleOf(first) };
  const width = Math.max(least, Math.min(judgedSide, Math.floor(first.width / 3)));
  const left = first.width - width;
  const part = (from: number, to: number): Picture =>
    cropPicture(first, { left: from, top: 0, width: to - from, height: first.height });
  return { training: [part(0, left)], judged: middleOf(part(left, first.width)) };
}

function middleOf(picture: Picture): Picture {
  const width = Math.min(picture.width, judgedSide);
  const height = Math.min(picture.height, judgedSide);
  const [left, top] = [Math.floor((picture.width - width) / 2), Math.floor((picture.height - height) / 2)];
  return cropPicture(picture, { left, top, width, height });
}

/** A picture in three channels, without alpha. */
export async function readRgb(file: Blob): Promise<Picture> {
  return rgb(splitAlpha(await fromBlob(file)).color);
}

function rgb(picture: Picture): Picture {
  if (picture.channels === 3) return picture;
  const { data, width, height } = picture;
  return {
    data: Uint8Array.from({ length: 3 * width * height }, (_, i) => data[Math.floor(i / 3)]!),
    width,
    height,
    channels: 3,
  };
}

/** The card of a network that was trained on here, from that of the network. */
export function tunedCard(
  card: ModelCard,
  { name, pictures, steps, learningRate }: Omit<FineTuneJob, 'network'>,
  { what, training, results }: { what: string; training: ModelCard['training']; results: ModelCard['results'] },
): ModelCard {
  const { sha256: _, ...kept } = card;
  return {
    ...kept,
    name,
    description: `${card.name}, fine-tuned in a browser with ${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'}${what}.`,
    trainingData: `As ${card.name} (${card.trainingData}); then pictures of the person who trained it`,
    training: { from: card.name, steps, learningRate, ...training },
    results,
  };
}
