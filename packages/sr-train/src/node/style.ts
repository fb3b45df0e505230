/** Style networks from folders: pictures to paint, pictures of the styles, encoders, initial weights. */
import { basename } from 'node:path';
import { type BatchSource, cropPicture, preparePicture, resizePicture } from 'sr-data';
import { findPictures, folderSource, readPicture } from 'sr-data/node';
import { type Encoder, type Picture, SrError, splitAlpha } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import type { StyleNetwork } from 'style-transfer';
import { inSteps } from '../phases.js';
import { buildStyleTraining, networkOf } from '../style/build-style-training.js';
import type { StyleRecipe } from '../style/style-recipe.js';
import type { NamedPicture, StyleScore, StyleTraining } from '../style/style-training.js';
import { variedBatches } from '../style/varied-batches.js';
import { completed, weightFileOf } from './initial-weights.js';
import { loadEncoders } from './load-encoders.js';
import { type ReportSample, shownPicture } from './report.js';
import type { OpenTask } from './tasks.js';
import type { TrainOptions } from './train.js';
import { holdOut } from './validation-pictures.js';

/** Pictures that the report shows. */
const mostSamples = 4;

/**
 * Opens the training of a style network.
 *
 * @throws `recipe/invalid` where no style is given or low resolution is; `train/encoder`, `weights/...`, `data/...`, `picture/...`,
 *   `network/config`
 */
export async function openStyle(
  asked: StyleRecipe,
  options: TrainOptions & { resumes: boolean },
): Promise<OpenTask<StyleScore, StyleNetwork>> {
  const styles = await readStyles(asked);
  const { training: paths, heldOut } = await openPictures(asked, options);
  const source = await openSource(asked, paths);
  try {
    const recipe = inSteps(asked, asked.data.epoch ?? source.stepsPerEpoch);
    const training = await openTraining(recipe, { styles, heldOut, options });
    return {
      training,
      source,
      recipe,
      summary: `Training on ${source.pictures} pictures, validating on ${heldOut.length}.`,
      ...(heldOut.length > 0 && {
        validation: {
          best: { name: 'objective', direction: 'lower' },
          run: ({ parameters }) => training.validate(parameters),
          samples: score => samplesOf(score, heldOut, styles),
        },
      }),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openTraining(
  recipe: StyleRecipe,
  {
    styles,
    heldOut,
    options: { resumes, signal },
  }: {
    styles: readonly Picture[];
    heldOut: readonly NamedPicture[];
    options: TrainOptions & { resumes: boolean };
  },
): Promise<StyleTraining> {
  const init = resumes ? undefined : await readInit(recipe, styles.length);
  const encoders: Record<string, Encoder> = await loadEncoders(recipe, { signal });
  try {
    return buildStyleTraining(recipe, { styles, heldOut, encoders, init });
  } catch (error) {
    for (const encoder of Object.values(encoders)) encoder.dispose();
    throw error;
  }
}

async function readStyles({ style, styleSize }: StyleRecipe): Promise<Picture[]> {
  const paths = [style ?? []].flat() as string[];
  if (paths.length === 0) {
    throw invalid('style: expected the picture of a style. Name its file: --set style=PICTURE');
  }
  return Promise.all(
    paths.map(async path => {
      const { color } = splitAlpha(await readPicture(path));
      if (styleSize === null) return color;
      const factor = styleSize / Math.max(color.width, color.height);
      const side = (length: number): number => Math.max(1, Math.round(length * factor));
      const size = { width: side(color.width), height: side(color.height) };
      return factor === 1 ? color : resizePicture(color, size, { preset: 'pil', kernel: 'linear' });
    }),
  );
}

/** The pictures to train on, and patches of those to validate on: their centres. */
async function openPictures(
  { data: { patchSize, prepare }, validation: { heldOut: count }, seed }: StyleRecipe,
  { data, validation, lr, masks }: TrainOptions,
): Promise<{ training: string[]; heldOut: NamedPicture[] }> {
  if (lr !== undefined || masks !== undefined || typeof validation === 'object') {
    throw invalid('A style network learns from pictures as they are: leave lr and masks out');
  }
  const folders = [data].flat() as string[];
  const paths = (await Promise.all(folders.map(findPictures))).flat();
  const { training, heldOut } =
    validation === undefined
      ? holdOut(paths, { folders, count, seed })
      : { training: paths, heldOut: await findPictures(validation) };
  const side = Math.max(...[patchSize].flat());
  const pictures = await Promise.all(
    heldOut.map(async path => {
      const picture = await readPicture(path).catch(() => undefined);
      return (
        picture && { name: basename(path), picture: centre(preparePicture(splitAlpha(picture).color, prepare), side) }
      );
    }),
  );
  return { training, heldOut: pictures.filter(found => found !== undefined) };
}

function centre(picture: Picture, side: number): Picture {
  const [width, height] = [Math.min(picture.width, side), Math.min(picture.height, side)];
  return cropPicture(picture, {
    left: (picture.width - width) >> 1,
    top: (picture.height - height) >> 1,
    width,
    height,
  });
}

async function readInit(recipe: StyleRecipe, styles: number): Promise<ReadonlyMap<string, WeightTensor> | undefined> {
  const { init, seed } = recipe;
  if (init === null) return undefined;
  const { tensors } = await readWeightFile(await weightFileOf(init.weights));
  return completed(networkOf(recipe, styles), tensors, { ...init, seed });
}

async function openSource({ data, seed }: StyleRecipe, pictures: readonly string[]): Promise<BatchSource> {
  const { zoom, masks: _, epoch: __, degradation: ___, ...same } = data;
  const options = { ...same, data: pictures, scale: 1, seed, thread: true, ...(zoom !== null && { zoom }) };
  return variedBatches(await folderSource(options));
}

function samplesOf(
  { pictures }: StyleScore,
  heldOut: readonly NamedPicture[],
  styles: readonly Picture[],
): Promise<ReportSample[]> {
  return Promise.all(
    pictures.slice(0, mostSamples).map(async ({ name, scores, painted }, i) => {
      const label = (what: string, style: number): string => (styles.length === 1 ? what : `${what} ${style + 1}`);
      const shown: [string, Picture][] = [
        ['picture', heldOut[i]!.picture],
        ...painted.map((result, style): [string, Picture] => [label('painted', style), result]),
        ...styles.map((style, k): [string, Picture] => [label('style', k), style]),
      ];
      const images = await Promise.all(
        shown.map(async ([what, picture]) => [what, await shownPicture(picture)] as const),
      );
      return { name, scores, images: Object.fromEntries(images) };
    }),
  );
}

function invalid(message: string): SrError {
  return new SrError({ code: 'recipe/invalid', message: `Recipe: ${message}.` });
}
