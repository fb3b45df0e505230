/** Super-resolution from folders: batches, validation pictures, encoders, initial weights. */
import type { BatchSource } from 'sr-data';
import { findPictures, folderSource } from 'sr-data/node';
import { buildNetwork } from 'sr-models';
import { type Encoder, type Network, SrError } from 'sr-tensor';
import { buildTrainer } from '../build-trainer.js';
import { inSteps } from '../phases.js';
import type { SuperResolutionRecipe } from '../recipe.js';
import type { Trainer } from '../trainer.js';
import { type PictureScores, type ValidationPair, validateOn } from '../validation.js';
import { readDiscriminatorWeights, readInitialWeights } from './initial-weights.js';
import { loadEncoders } from './load-encoders.js';
import { reportSamples } from './report.js';
import type { OpenTask } from './tasks.js';
import type { TrainOptions } from './train.js';
import { loadMetrics } from './validation-metrics.js';
import { holdOut, readHeldOut, readValidationPairs } from './validation-pictures.js';

/**
 * Opens the training of a generator.
 *
 * @throws `train/encoder`, `weights/...`, `data/...`, `picture/...`, `recipe/invalid`
 */
export async function openSuperResolution(
  asked: SuperResolutionRecipe,
  options: TrainOptions & { resumes: boolean },
): Promise<OpenTask<PictureScores, Network>> {
  const { pairs, training } = await openPictures(asked, options);
  const source = await openSource(asked, options, training);
  try {
    const recipe = inSteps(asked, asked.data.epoch ?? Math.ceil(source.stepsPerEpoch / asked.accumulate));
    const trainer = await openTrainer(recipe, options);
    return {
      training: trainer,
      source,
      recipe,
      summary: `Training on ${source.pictures} pictures, validating on ${pairs.length}.`,
      ...(pairs.length > 0 && { validation: await openValidation(recipe, pairs, trainer) }),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openTrainer(
  recipe: SuperResolutionRecipe,
  { resumes, signal }: TrainOptions & { resumes: boolean },
): Promise<Trainer> {
  const init = resumes || recipe.init === null ? undefined : await readInitialWeights(recipe, recipe.init);
  const discriminatorInit = resumes ? {} : await readDiscriminatorWeights(recipe);
  const encoders: Record<string, Encoder> = await loadEncoders(recipe, { signal });
  try {
    return buildTrainer(recipe, { encoders, init, discriminatorInit });
  } catch (error) {
    for (const encoder of Object.values(encoders)) encoder.dispose();
    throw error;
  }
}

async function openValidation(
  { validation, network }: SuperResolutionRecipe,
  pairs: readonly ValidationPair[],
  trainer: Trainer,
): Promise<NonNullable<OpenTask<PictureScores, Network>['validation']>> {
  const { scale } = buildNetwork(network);
  try {
    const metrics = await loadMetrics(validation.metrics);
    return {
      run: validateOn(pairs, { metrics }),
      best: metrics[0]!,
      samples: score => reportSamples(pairs, score, scale),
      dispose() {
        for (const metric of metrics) metric.dispose?.();
      },
    };
  } catch (error) {
    trainer.dispose();
    throw error;
  }
}

/** The pictures to train on and those to validate on, which are not among them. */
async function openPictures(
  { network, validation: { heldOut: count }, seed }: SuperResolutionRecipe,
  { data, validation }: TrainOptions,
): Promise<{ training: string[]; pairs: ValidationPair[] }> {
  const { scale } = buildNetwork(network);
  const folders = [data].flat() as string[];
  const paths = (await Promise.all(folders.map(findPictures))).flat();
  if (validation !== undefined) return { training: paths, pairs: await readValidationPairs(validation, scale) };
  const { training, heldOut } = holdOut(paths, { folders, count, seed });
  return { training, pairs: await readHeldOut(heldOut, scale) };
}

async function openSource(
  { data, network, seed }: SuperResolutionRecipe,
  { lr, masks: path }: TrainOptions,
  pictures: readonly string[],
): Promise<BatchSource> {
  const { scale } = buildNetwork(network);
  const { zoom, masks, epoch: _epoch, ...same } = data;
  if (masks !== null && path === undefined) {
    throw new SrError({
      code: 'train/masks',
      message: `The recipe asks for masks of ${masks} segments. Say where they are (masks, --masks), or leave them out: --set data.masks=null, and the losses that are masked.`,
    });
  }
  return folderSource({
    ...same,
    data: pictures,
    scale,
    seed,
    // A native step blocks this thread: batches are built beside it.
    thread: true,
    ...(zoom !== null && { zoom }),
    ...(lr !== undefined && { lr }),
    ...(masks !== null && path !== undefined && { masks: { path, segments: masks } }),
  });
}
