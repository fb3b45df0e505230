import { createHash } from 'node:crypto';
import { basename, relative } from 'node:path';
import { cropPicture, modCrop, resizePicture } from 'sr-data';
import { findPictures, pairFolders, readPicture } from 'sr-data/node';
import { type Picture, SrError, splitAlpha } from 'sr-tensor';
import type { ValidationPair } from '../validation.js';

/** Side up to which a picture held out is used: its centre. Larger ones would make validations slow. */
const largestSide = 1024;

/** A name that says what the picture is; see `pairPictures`. */
const lowResolution = /[-_. ]LR\.[^./\\]*$/i;

/** Pictures to validate on, from folders of their own. */
export interface ValidationFolders {
  readonly hr: string;
  /**
   * Paired by name with those in `hr`, which may be the same folder (`*_HR.*` and `*_LR.*`). Default: such pairs in `hr`,
   * or else made by MATLAB's bicubic.
   */
  readonly lr?: string;
}

/**
 * Pairs to validate on, read from folders.
 *
 * @throws `picture/...` for a picture that cannot be read, `data/pair` if none has a partner or the sizes of a pair do
 *   not belong together
 */
export async function readValidationPairs(
  folders: string | ValidationFolders,
  scale: number,
): Promise<ValidationPair[]> {
  const { hr, lr } = typeof folders === 'string' ? { hr: folders, lr: undefined } : folders;
  const paths = await findPictures(hr);
  if (lr === undefined && !paths.some(path => lowResolution.test(path))) {
    return Promise.all(paths.map(async path => pairOf(path, await readPicture(path), scale)));
  }
  const { pairs } = await pairFolders(hr, lr ?? hr, { scale });
  if (pairs.length === 0) {
    throw new SrError({ code: 'data/pair', message: `No picture in ${lr ?? hr} has the name of one in ${hr}.` });
  }
  return Promise.all(
    pairs.map(async pair => {
      const target = modCrop(splitAlpha(await readPicture(pair.hr)).color, { scale });
      const input = splitAlpha(await readPicture(pair.lr)).color;
      if (input.width * scale !== target.width || input.height * scale !== target.height) {
        throw new SrError({
          code: 'data/pair',
          message: `${pair.lr}: expected ${target.width / scale} x ${target.height / scale} pixels, received ${input.width} x ${input.height}.`,
        });
      }
      return { name: basename(pair.hr), input, target };
    }),
  );
}

/**
 * Splits pictures into those to train on and a few to validate on.
 *
 * Which are held out depends on the seed and their paths alone, so that others that come or go change little.
 *
 * @param count at most a tenth of the pictures are held out, whatever it says
 */
export function holdOut(
  paths: readonly string[],
  { folders, count, seed }: { folders: readonly string[]; count: number; seed: number },
): { training: string[]; heldOut: string[] } {
  const key = (path: string): string => {
    const folder = folders.find(start => path.startsWith(start)) ?? '';
    return createHash('sha256')
      .update(`${seed} ${relative(folder, path)}`)
      .digest('hex');
  };
  const order = paths.map(path => ({ path, key: key(path) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const heldOut = new Set(order.slice(0, Math.min(count, Math.floor(paths.length / 10))).map(({ path }) => path));
  return { training: paths.filter(path => !heldOut.has(path)), heldOut: [...heldOut].sort() };
}

/** Pairs of the pictures held out; one that cannot be read is left out, as in training. */
export async function readHeldOut(paths: readonly string[], scale: number): Promise<ValidationPair[]> {
  const pairs = await Promise.all(
    paths.map(async path => {
      const picture = await readPicture(path).catch(() => undefined);
      return picture && pairOf(path, centre(picture), scale);
    }),
  );
  return pairs.filter(pair => pair !== undefined);
}

function pairOf(path: string, picture: Picture, scale: number): ValidationPair {
  const target = modCrop(splitAlpha(picture).color, { scale });
  return { name: basename(path), input: resizePicture(target, { scale: 1 / scale }), target };
}

function centre(picture: Picture): Picture {
  const width = Math.min(picture.width, largestSide);
  const height = Math.min(picture.height, largestSide);
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  return cropPicture(picture, { left, top, width, height });
}
