/** A network trained on with pictures of one kind, so that it suits them better. */

import { dispose, tidy } from '@tensorflow/tfjs-core';
import { cropPicture, modCrop, resizePicture } from 'sr-data';
import { fromBlob, toImageData } from 'sr-data/browser';
import { l1 } from 'sr-losses';
import { loadModel } from 'sr-models';
import {
  type Network,
  type Parameters,
  type Picture,
  pictureToTensor,
  runNetwork,
  SrError,
  splitAlpha,
  tensorToPicture,
} from 'sr-tensor';
import { adam, learningRateAt } from 'sr-tensor/optimizers';
import { type ModelCard, writeWeights } from 'sr-tensor/weights';
import type { HandlerContext } from 'sr-tensor/worker';
import { Trainer, trainSteps, type ValidationPair, validateOn } from 'sr-train';
import type { FineTuneEvent, FineTuneJob, FineTuneResult } from './contract.js';
import { patchSource } from './patch-source.js';
import { useBackend } from './settings.js';
import { weightsOf } from './weights-source.js';

const batchSize = 4;
const patchSize = 24;
/** Side of what is held out of a picture to judge by, in pixels. */
const judgedSide = 192;

export async function fineTune(job: FineTuneJob, { signal, onProgress }: HandlerContext): Promise<FineTuneResult> {
  const tell = (event: FineTuneEvent): void => onProgress(event);
  const began = performance.now();
  const { device } = await useBackend();
  const source = weightsOf(job.network);
  const { network, parameters, card } = await loadModel(source, { signal });
  const init = await parameters.toWeights();
  parameters.dispose();
  const { scale } = network;
  const pictures = await Promise.all(job.pictures.map(async file => rgb(splitAlpha(await fromBlob(file)).color)));
  const { training, judged } = split(pictures, scale);

  const trainer = new Trainer({
    network,
    init,
    loss: l1(),
    optimizer: adam({ learningRate: job.learningRate }),
    learningRate: step =>
      learningRateAt({ kind: 'cosine', learningRate: job.learningRate, periods: [job.steps] }, step),
    emaDecay: job.steps >= 200 ? 0.99 : 0,
  });
  try {
    const validate = validateOn([judged]);
    const score = async (iteration: number): Promise<number> => {
      const averaged = trainer.averaged();
      try {
        const { scores } = await validate({ network, parameters: averaged });
        tell({ kind: 'score', iteration, psnr: scores.psnr! });
        return scores.psnr!;
      } finally {
        averaged.dispose();
      }
    };
    const show = async (name: 'before' | 'after'): Promise<void> => {
      const averaged = trainer.averaged();
      tell({ kind: 'sample', name, image: toImageData(await enlarged(network, averaged, judged.input)) });
      averaged.dispose();
    };
    tell({ kind: 'sample', name: 'truth', image: toImageData(judged.target) });
    tell({ kind: 'sample', name: 'bicubic', image: toImageData(resizePicture(judged.input, { scale })) });
    await show('before');
    const psnrBefore = await score(0);

    const every = Math.max(5, Math.round(job.steps / 12));
    let psnrAfter = psnrBefore;
    const steps = trainSteps({
      training: trainer,
      source: patchSource(training, { scale, batchSize, patchSize, seed: 1 }),
      steps: job.steps,
      signal,
    });
    for await (const { iteration, losses, secondsLeft } of steps) {
      tell({ kind: 'step', iteration, loss: losses.loss!, secondsLeft });
      if (iteration % every !== 0 && iteration !== job.steps) continue;
      psnrAfter = await score(iteration);
      await show('after');
    }
    const averaged = trainer.averaged();
    const tuned: ModelCard = {
      ...described(card, job, device),
      results: { 'a picture that was held out': { psnrBefore, psnr: psnrAfter } },
    };
    const weights = await writeWeights(await averaged.toWeights(), { card: tuned });
    averaged.dispose();
    return { weights, card: tuned, psnrBefore, psnrAfter, seconds: (performance.now() - began) / 1000 };
  } finally {
    trainer.dispose();
  }
}

function described(card: ModelCard, { name, pictures, steps, learningRate }: FineTuneJob, device: string): ModelCard {
  const { sha256: _, ...kept } = card;
  return {
    ...kept,
    name,
    description: `${card.name}, fine-tuned in a browser with ${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'}.`,
    trainingData: `As ${card.name} (${card.trainingData}); then pictures of the person who trained it`,
    training: { from: card.name, steps, learningRate, batchSize, patchSize, loss: 'l1', hardware: device },
  };
}

/** One picture, or a part of the only one, is judged by and not trained with. */
function split(pictures: readonly Picture[], scale: number): { training: Picture[]; judged: ValidationPair } {
  const least = patchSize * scale;
  const large = pictures.filter(({ width, height }) => Math.min(width, height) >= least);
  const [first, ...others] = large;
  if (first === undefined || (others.length === 0 && first.width < 2 * least)) {
    throw new SrError({
      code: 'train/pictures',
      message: `Expected a picture of at least ${2 * least} x ${least} pixels, or two of ${least} x ${least}; all that were given are smaller. Take larger ones: they should look as results are to look.`,
    });
  }
  if (others.length > 0) return { training: others, judged: pairOf(first, scale) };
  const width = Math.max(least, Math.min(judgedSide, Math.floor(first.width / 3)));
  const left = first.width - width;
  const part = (from: number, to: number): Picture =>
    cropPicture(first, { left: from, top: 0, width: to - from, height: first.height });
  return { training: [part(0, left)], judged: pairOf(part(left, first.width), scale) };
}

function pairOf(picture: Picture, scale: number): ValidationPair {
  const [width, height] = [picture.width, picture.height].map(length => Math.min(length, judgedSide)) as [
    number,
    number,
  ];
  const middle = cropPicture(picture, {
    left: Math.floor((picture.width - width) / 2),
    top: Math.floor((picture.height - height) / 2),
    width,
    height,
  });
  const target = modCrop(middle, { scale });
  return { name: 'judged', target, input: resizePicture(target, { scale: 1 / scale }) };
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

async function enlarged(network: Network, parameters: Parameters, picture: Picture): Promise<Picture> {
  const input = pictureToTensor(picture);
  const output = tidy(() => runNetwork({ network, parameters }, input).output);
  try {
    return await tensorToPicture(output);
  } finally {
    dispose([input, output]);
  }
}
