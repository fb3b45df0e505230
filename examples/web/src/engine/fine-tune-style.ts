/** A style network, trained on to paint like another picture. */

import { type FeatureEncoder, loadEncoder, squeezeNet } from 'sr-features';
import { countParameters, SrError } from 'sr-tensor';
import { type ModelCard, readWeights } from 'sr-tensor/weights';
import type { HandlerContext } from 'sr-tensor/worker';
import { buildStyleTraining, inSteps, resolveRecipe, type StyleRecipe, variedBatch } from 'sr-train';
import { loadStyle, type StyleNetwork } from 'style-transfer';
import type { FineTuneResult, FineTuneStyleJob } from './contract.js';
import { featureNetworkOf, type GivenFile } from './given-weights.js';
import { patchSource } from './patch-source.js';
import { useBackend } from './settings.js';
import { limited } from './stylize.js';
import { heldOut, readRgb, tune, tunedCard } from './tuning.js';
import { weightsOf } from './weights-source.js';

/** Smaller than the recipe's 192: a step of two patches should not take a tab many seconds. */
const patchSize = 128;

export async function fineTuneStyle(job: FineTuneStyleJob, context: HandlerContext): Promise<FineTuneResult> {
  const { device } = await useBackend();
  const { signal } = context;
  const { network, parameters, card } = await loadStyle(weightsOf(job.style), { signal });
  const init = await parameters.toWeights();
  parameters.dispose();
  const { steps, learningRate } = job;
  const recipe = resolveRecipe('johnson-style', {
    form: 'small',
    steps,
    'network.config': network.config,
    'schedule.learningRate': learningRate,
    'data.patchSize': patchSize,
  }) as StyleRecipe;
  const painting = limited(await readRgb(job.painting), recipe.styleSize!);
  const photos = await Promise.all(job.pictures.map(readRgb));
  const { training: large, judged } = heldOut(photos, patchSize);

  const encoder = await judgeOf(job.encoder);
  const training = owning(encoder, () =>
    buildStyleTraining(inSteps(recipe, 1), {
      styles: [painting],
      encoders: { feature: encoder },
      init,
      heldOut: [{ name: 'judged', picture: judged }],
    }),
  );
  try {
    const { batchSize } = recipe.data;
    const patches = patchSource(large, { scale: 1, batchSize, patchSize, seed: 1 });
    return await tune({
      training,
      source: { ...patches, next: () => variedBatch(patches.next) },
      job,
      context,
      beside: { photo: judged, painting },
      async judge(averaged) {
        const { scores, pictures } = await training.validate(averaged);
        return { score: scores.objective!, picture: pictures[0]!.painted[0]! };
      },
      describe: ({ before, after }) =>
        tunedCard(card ?? unknown(network), job, {
          what: ' to paint like one of that person',
          training: { batchSize, patchSize, losses: JSON.stringify(recipe.losses), hardware: device },
          results: { 'a picture that was held out': { objectiveBefore: before, objective: after } },
        }),
    });
  } finally {
    training.dispose();
  }
}

/** What is made with a network that belongs to it from then on, and to nobody where it cannot be made. */
function owning<T>(encoder: FeatureEncoder, make: () => T): T {
  try {
    return make();
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

async function judgeOf({ name, bytes }: GivenFile): Promise<FeatureEncoder> {
  const file = readWeights(bytes);
  if (featureNetworkOf(file) === squeezeNet) return loadEncoder(squeezeNet, { weights: file });
  throw new SrError({
    code: 'weights/unexpected',
    message: `${name} is not of SqueezeNet 1.1, by which styles learn here. Expected its weights as torchvision has them (squeezenet1_1, .pth or .safetensors).`,
  });
}

/** Of a file that does not say where it comes from. */
function unknown({ name, config, parameters }: StyleNetwork): ModelCard {
  return {
    name: 'a style from a file',
    description: '',
    network: { name, config },
    scale: 1,
    parameters: countParameters({ parameters }),
    license: 'that of the file that it was trained on from',
    trainingData: 'not known',
    training: {},
    results: {},
  };
}
