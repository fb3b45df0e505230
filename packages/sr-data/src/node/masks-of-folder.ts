import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SrError } from 'sr-tensor';
import { type CocoFile, type CocoImage, cocoImages, cocoMasks } from '../coco-masks.js';
import { mostRegions, packRegions, type Regions, regionsOfMap } from '../regions.js';
import { fileError } from './errors.js';
import { findPictures } from './find-pictures.js';
import { inspectPicture, readPicture } from './read-picture.js';

export interface MaskOptions {
  /** A folder of label maps with the names of the pictures, or a file of COCO annotations (`.json`). */
  readonly path: string;
  /** How many regions have a mask of their own; one more mask is for the rest. At most 8; default 6 (TSRN-S). */
  readonly segments?: number;
  /**
   * Labels of maps that count as none; default 255 in grey maps (COCO-Stuff) and the border colour 0xe0e0c0 in coloured
   * ones (VOC).
   */
  readonly ignore?: readonly number[];
}

/** The masks of one picture. */
export interface PictureMasks {
  /** What a person looks for when they do not fit: a path. */
  readonly where: string;
  readonly size: () => Promise<{ width: number; height: number }>;
  readonly read: () => Promise<Regions>;
}

/** What names of label maps may end in: CamVid, COCO-Stuff and Cityscapes have such. */
const mapMark = /[-_.](L|labels?|masks?|labelIds|labelTrainIds)$/i;

/** V8 makes no longer string. */
const longestText = 2 ** 29 - 24;

/**
 * Finds the masks of pictures by their names.
 *
 * @returns a function that gives the masks of a path, or undefined where there are none
 * @throws `data/option` for a wrong number of segments, `picture/not-found`, `picture/none-found`, `picture/pair` for two
 *   maps of one name, `data/coco` for a file that is no annotation file
 */
export async function masksOfFolder(options: MaskOptions): Promise<(picture: string) => PictureMasks | undefined> {
  const { path, segments = 6, ignore } = options;
  if (!Number.isInteger(segments) || segments < 1 || segments > mostRegions) {
    throw new SrError({
      code: 'data/option',
      message: `masks: expected segments to be an integer from 1 to ${mostRegions}, received ${segments}.`,
    });
  }
  if (/\.json$/i.test(path)) {
    const images = await readAnnotations(path);
    return picture => {
      const image = images.get(basename(picture));
      return image && masksOfAnnotations(path, image, segments);
    };
  }
  const maps = new Map<string, string>();
  for (const map of await findPictures(path)) {
    const name = stemOf(map).replace(mapMark, '');
    const other = maps.get(name);
    if (other !== undefined) {
      throw new SrError({
        code: 'picture/pair',
        message: `${name}: expected one map of labels that belongs to it, received ${other} and ${map}.`,
      });
    }
    maps.set(name, map);
  }
  return picture => {
    const where = maps.get(stemOf(picture));
    if (where === undefined) return undefined;
    return {
      where,
      size: () => inspectPicture(where),
      read: async () => regionsOfMap(await readPicture(where), { segments, ...(ignore && { ignore }) }),
    };
  };
}

function masksOfAnnotations(where: string, image: CocoImage, segments: number): PictureMasks {
  return { where, size: async () => image, read: async () => packRegions(cocoMasks(image, { segments })) };
}

async function readAnnotations(path: string): Promise<Map<string, CocoImage>> {
  let file: unknown;
  try {
    if ((await stat(path)).size > longestText) {
      throw new SrError({
        code: 'data/coco',
        message: `${path}: expected an annotation file of at most 512 MiB. Use the maps of labels instead (stuffthingmaps_trainval2017.zip of COCO-Stuff), or take the images that you need out of it.`,
      });
    }
    file = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (SrError.isInstance(error)) throw error;
    if (!(error instanceof SyntaxError)) throw fileError(path, error);
    throw new SrError({ code: 'data/coco', message: `${path}: expected JSON: ${error.message}.`, cause: error });
  }
  return cocoImages(file as CocoFile);
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '');
}
