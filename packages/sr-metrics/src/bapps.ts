/**
 * The data set BAPPS (Berkeley-Adobe Perceptual Patch Similarity; Zhang et al., CVPR 2018), as its authors lay it out:
 *
 *   2afc/{train,val}/SET/{ref,p0,p1}/NAME.png   judge/NAME.npy   (fraction of people who prefer p1)
 *   jnd/val/SET/{p0,p1}/NAME.png                same/NAME.npy    (fraction of people who saw no difference)
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { resizePicture } from 'sr-data';
import { findPictures, readPicture } from 'sr-data/node';
import { type Picture, SrError } from 'sr-tensor';
import { type JndPair, type JndScore, scoreJnd } from './jnd.js';
import type { Metric } from './metric.js';
import { readNpy } from './read-npy.js';
import { type ScoreOptions, scoreTwoAfc, type TwoAfcScore, type TwoAfcTriplet } from './two-afc.js';

export interface BappsOptions {
  /** The shorter side that larger patches are resized to (Pillow, linear), as the authors' loader does. Default 64. */
  size?: number;
}

/** The items of a set, in the order of their names; nothing is read before it is asked for. */
export interface BappsSet<Item> extends AsyncIterable<Item> {
  readonly length: number;
  /** @param index from 0 */
  read(index: number): Promise<Item>;
}

/**
 * Opens a set of triplets for the 2AFC test or for training.
 *
 * @param folder with `ref`, `p0`, `p1` and `judge`: `2afc/val/superres`
 * @throws `bapps/layout` if a folder or a file is missing; when read: `npy/format`, and what `readPicture` throws
 * @example
 * const { score } = await scoreTwoAfc(await openTwoAfc('2afc/val/superres'), perceptual);
 */
export function openTwoAfc(folder: string, options: BappsOptions = {}): Promise<BappsSet<TwoAfcTriplet>> {
  return open(folder, 'judge', async name => {
    const [reference, p0, p1] = await readPatches(folder, ['ref', 'p0', 'p1'], name, options);
    return { reference: reference!, p0: p0!, p1: p1!, judge: await readFraction(join(folder, 'judge', `${name}.npy`)) };
  });
}

/**
 * Opens a set of pairs for the JND test.
 *
 * @param folder with `p0`, `p1` and `same`: `jnd/val/traditional`
 * @throws as `openTwoAfc`
 * @example
 * const { score } = await scoreJnd(await openJnd('jnd/val/traditional'), perceptual);
 */
export function openJnd(folder: string, options: BappsOptions = {}): Promise<BappsSet<JndPair>> {
  return open(folder, 'same', async name => {
    const [p0, p1] = await readPatches(folder, ['p0', 'p1'], name, options);
    return { p0: p0!, p1: p1!, same: await readFraction(join(folder, 'same', `${name}.npy`)) };
  });
}

export interface BappsScores<Score> {
  /** By the name of the set. */
  readonly sets: Readonly<Record<string, Score>>;
  /** The unweighted mean over the sets, as published tables have it in their columns "all". */
  readonly mean: number;
}

export interface ScoreBappsOptions extends BappsOptions, Omit<ScoreOptions, 'onProgress'> {
  /** Default `2afc`. */
  protocol?: '2afc' | 'jnd';
  /** Default `val`. */
  split?: 'train' | 'val';
  /** Default: all there are. */
  sets?: readonly string[];
  onProgress?: (progress: { set: string; done: number; total: number }) => void;
}

/**
 * Scores a metric on all sets of BAPPS.
 *
 * @param root the folder that holds `2afc` and `jnd`
 * @throws what `openTwoAfc`, `openJnd` and the metric throw; `aborted`
 * @example
 * const { sets, mean } = await scoreBapps('dataset', await loadLpips({ network: 'alex' }));
 */
export async function scoreBapps(
  root: string,
  metric: Metric,
  { protocol = '2afc', split = 'val', sets, signal, onProgress, ...options }: ScoreBappsOptions = {},
): Promise<BappsScores<TwoAfcScore | JndScore>> {
  const folder = join(root, protocol, split);
  const scores: [string, TwoAfcScore | JndScore][] = [];
  for (const set of sets ?? (await foldersIn(folder))) {
    const report = (total: number) => ({
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (done: number) => onProgress({ set, done, total }) }),
    });
    if (protocol === 'jnd') {
      const pairs = await openJnd(join(folder, set), options);
      scores.push([set, await scoreJnd(pairs, metric, report(pairs.length))]);
    } else {
      const triplets = await openTwoAfc(join(folder, set), options);
      scores.push([set, await scoreTwoAfc(triplets, metric, report(triplets.length))]);
    }
  }
  const mean = scores.reduce((sum, [, { score }]) => sum + score, 0) / scores.length;
  return { sets: Object.fromEntries(scores), mean };
}

/** @param answers the folder that says which items there are */
async function open<Item>(
  folder: string,
  answers: string,
  readItem: (name: string) => Promise<Item>,
): Promise<BappsSet<Item>> {
  const files = await readdir(join(folder, answers)).catch(cause => {
    throw misplaced(folder, `a folder "${answers}" in it`, cause);
  });
  const names = files
    .filter(name => name.endsWith('.npy'))
    .map(name => parse(name).name)
    .sort();
  if (names.length === 0) throw misplaced(folder, `.npy files in "${answers}"`);
  const read = (index: number): Promise<Item> => readItem(names[index]!);
  return {
    length: names.length,
    read,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < names.length; i++) yield await read(i);
    },
  };
}

function readPatches(
  folder: string,
  roles: readonly string[],
  name: string,
  { size = 64 }: BappsOptions,
): Promise<Picture[]> {
  return Promise.all(
    roles.map(async role => {
      const picture = await readPicture(await pathOf(folder, role, name));
      const side = Math.min(picture.width, picture.height);
      if (side === size) return picture;
      const target = {
        width: Math.floor((picture.width * size) / side),
        height: Math.floor((picture.height * size) / side),
      };
      return resizePicture(picture, target, { preset: 'pil', kernel: 'linear' });
    }),
  );
}

/** PNG as published; where it is something else, the only picture of this name. */
async function pathOf(folder: string, role: string, name: string): Promise<string> {
  const usual = join(folder, role, `${name}.png`);
  if (await stat(usual).catch(() => undefined)) return usual;
  const paths = await findPictures(join(folder, role)).catch(() => []);
  const found = paths.filter(path => parse(path).name === name);
  if (found.length === 1) return found[0]!;
  throw misplaced(folder, `a picture "${join(role, name)}" in it`);
}

async function readFraction(path: string): Promise<number> {
  const { data } = readNpy(await readFile(path));
  if (data.length === 1) return data[0]!;
  throw misplaced(path, 'one number', `${data.length}`);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(cause => {
    throw misplaced(folder, 'a folder of sets', cause);
  });
  const names = entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
  if (names.length === 0) throw misplaced(folder, 'folders of sets in it');
  return names.sort();
}

function misplaced(path: string, expected: string, cause?: unknown): SrError {
  return new SrError({
    code: 'bapps/layout',
    message: `${path}: expected ${expected}, found none. See the layout of BAPPS: 2afc/val/SET/{ref,p0,p1,judge}, jnd/val/SET/{p0,p1,same}.`,
    cause,
  });
}
