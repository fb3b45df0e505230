/** Structure extractors from folders: patches, tiles to validate on, initial weights. */
import { mean, tidy } from '@tensorflow/tfjs-core';
import type { BatchSource } from 'sr-data';
import { findPictures, folderSource, readPicture } from 'sr-data/node';
import { encoderOf, nse, type TappedNetwork } from 'sr-models';
import { type Parameters, type Picture, pictureToTensor, Random, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import { inSteps } from '../phases.js';
import { buildStructureTraining } from '../structure/build-structure-training.js';
import { tilesOf } from '../structure/structure-protocol.js';
import type { StructureRecipe } from '../structure/structure-recipe.js';
import type { StructureTraining } from '../structure/structure-training.js';
import { completed, weightFileOf } from './initial-weights.js';
import type { OpenTask, TaskScore } from './tasks.js';
import type { TrainOptions } from './train.js';
import { holdOut } from './validation-pictures.js';

/** Side of the tiles that are validated on, unless patches are smaller: that of the paper's evaluation. */
const tileSide = 192;
/** Of each tile. Enough to tell a few parts in a hundred apart on some dozen tiles. */
const questionsATile = 16;

/**
 * Opens the training of a structure extractor.
 *
 * @throws `weights/...`, `data/...`, `picture/...`, `network/config`, `recipe/invalid` for pairs of resolutions
 */
export async function openStructure(
  asked: StructureRecipe,
  options: TrainOptions & { resumes: boolean },
): Promise<OpenTask<TaskScore, TappedNetwork>> {
  const { training: paths, tiles } = await openPictures(asked, options);
  const source = await openSource(asked, paths);
  try {
    const recipe = inSteps(asked, asked.data.epoch ?? source.stepsPerEpoch);
    const init = options.resumes ? undefined : await readInit(recipe);
    const training = buildStructureTraining(recipe, { init });
    return {
      training,
      source,
      recipe,
      summary: `Training on ${source.pictures} pictures, validating on ${tiles.length} tiles of others.`,
      ...(tiles.length > 0 && { validation: openValidation(recipe, training, tiles) }),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The pictures to train on, and tiles of those to validate on. */
async function openPictures(
  { data: { patchSize }, validation: { heldOut: count }, seed }: StructureRecipe,
  { data, validation, lr }: TrainOptions,
): Promise<{ training: string[]; tiles: Picture[] }> {
  if (lr !== undefined || typeof validation === 'object') {
    throw new SrError({
      code: 'recipe/invalid',
      message: 'A structure extractor learns from pictures as they are: there is no low resolution. Leave lr out.',
    });
  }
  const folders = [data].flat() as string[];
  const paths = (await Promise.all(folders.map(findPictures))).flat();
  const { training, heldOut } =
    validation === undefined
      ? holdOut(paths, { folders, count, seed })
      : { training: paths, heldOut: await findPictures(validation) };
  const side = Math.min(tileSide, ...[patchSize].flat());
  const pictures = await Promise.all(heldOut.map(path => readPicture(path).catch(() => undefined)));
  return { training, tiles: pictures.flatMap(picture => (picture ? tilesOf(picture, side, side) : [])) };
}

async function readInit({
  init,
  network,
  seed,
}: StructureRecipe): Promise<ReadonlyMap<string, WeightTensor> | undefined> {
  if (init === null) return undefined;
  const { tensors } = await readWeightFile(await weightFileOf(init.weights));
  return completed(nse(network.config), tensors, { ...init, seed });
}

async function openSource({ data, seed }: StructureRecipe, pictures: readonly string[]): Promise<BatchSource> {
  const { zoom, masks: _, epoch: __, degradation: ___, ...same } = data;
  return folderSource({ ...same, data: pictures, scale: 1, seed, thread: true, ...(zoom !== null && { zoom }) });
}

/** The share of the same questions that is answered rightly each time. */
function openValidation(
  { seed }: StructureRecipe,
  training: StructureTraining,
  tiles: readonly Picture[],
): NonNullable<OpenTask<TaskScore, TappedNetwork>['validation']> {
  const { network, task } = training;
  const layer = network.layers.at(-1)!;
  return {
    best: { name: 'success', direction: 'higher' },
    async run(model: { network: TappedNetwork; parameters: Parameters }) {
      const encoder = encoderOf(model);
      const head = training.averagedHead();
      const random = new Random(seed);
      let sum = 0;
      try {
        for (const tile of tiles) {
          const share = tidy(() => {
            const features = encoder(pictureToTensor(tile), { layers: [layer] })[layer]!;
            const [batch, height, width] = features.shape;
            const questions = task.ask(random, { batch, height, width, count: questionsATile });
            return mean(questions.success(features, head.scope()));
          });
          sum += (await share.data())[0]!;
          share.dispose();
        }
      } finally {
        head.dispose();
      }
      return { scores: { success: sum / tiles.length } };
    },
  };
}
