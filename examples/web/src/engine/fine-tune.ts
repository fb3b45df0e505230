/** A network that enlarges, trained on with pictures of one kind, so that it suits them better. */

import { dispose, tidy } from '@tensorflow/tfjs-core';
import { modCrop, resizePicture } from 'sr-data';
import { l1 } from 'sr-losses';
import { loadModel } from 'sr-models';
import { type Network, type Parameters, type Picture, pictureToTensor, runNetwork, tensorToPicture } from 'sr-tensor';
import { adam, learningRateAt } from 'sr-tensor/optimizers';
import type { HandlerContext } from 'sr-tensor/worker';
import { Trainer, validateOn } from 'sr-train';
import type { FineTuneJob, FineTuneResult } from './contract.js';
import { patchSource } from './patch-source.js';
import { useBackend } from './settings.js';
import { heldOut, readRgb, tune, tunedCard } from './tuning.js';
import { weightsOf } from './weights-source.js';

const batchSize = 4;
const patchSize = 24;

export async function fineTune(job: FineTuneJob, context: HandlerContext): Promise<FineTuneResult> {
  const { device } = await useBackend();
  const { signal } = context;
  const { network, parameters, card } = await loadModel(weightsOf(job.network), { signal });
  const init = await parameters.toWeights();
  parameters.dispose();
  const { scale } = network;
  const pictures = await Promise.all(job.pictures.map(readRgb));
  const { training: large, judged } = heldOut(pictures, patchSize * scale);
  const target = modCrop(judged, { scale });
  const input = resizePicture(target, { scale: 1 / scale });
  const validate = validateOn([{ name: 'judged', target, input }]);

  const { steps, learningRate } = job;
  const training = new Trainer({
    network,
    init,
    loss: l1(),
    optimizer: adam({ learningRate }),
    learningRate: step => learningRateAt({ kind: 'cosine', learningRate, periods: [steps] }, step),
    emaDecay: steps >= 200 ? 0.99 : 0,
  });
  try {
    return await tune({
      training,
      source: patchSource(large, { scale, batchSize, patchSize, seed: 1 }),
      job,
      context,
      beside: { truth: target, bicubic: resizePicture(input, { scale }) },
      async judge(averaged) {
        const { scores } = await validate({ network, parameters: averaged });
        return { score: scores.psnr!, picture: await enlarged(network, averaged, input) };
      },
      describe: ({ before, after }) =>
        tunedCard(card, job, {
          what: '',
          training: { batchSize, patchSize, loss: 'l1', hardware: device },
          results: { 'a picture that was held out': { psnrBefore: before, psnr: after } },
        }),
    });
  } finally {
    training.dispose();
  }
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
