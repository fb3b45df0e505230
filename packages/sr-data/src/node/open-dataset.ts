import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { SrError } from 'sr-tensor';
import { type DatasetLayout, type DatasetName, type DatasetPart, datasetLayouts } from '../dataset-layouts.js';
import type { PreparationStep } from '../prepare-picture.js';
import { fileError } from './errors.js';
import { findPictures } from './find-pictures.js';
import { hasPictureExtension, readableFormats } from './picture-format.js';

export interface OpenDatasetOptions {
  /** Default: what the folder is recognised as, else any folder of pictures. */
  readonly name?: DatasetName | 'folder';
  /** `train`, `val`, `test` or `all`, as the data set has them; default the first that it has. */
  readonly split?: string;
  /** The low-resolution pictures of that scale that come with the data set; default none: they are then made. */
  readonly scale?: number;
  /** The masks that come with it; default false. */
  readonly masks?: boolean;
}

/** A part of the options of `folderSource`, and what it is. */
export interface Dataset {
  readonly name: DatasetName | 'folder';
  readonly split: string;
  /** The pictures, sorted. */
  readonly data: readonly string[];
  readonly lr?: string;
  readonly masks?: string;
  /** What the literature does to its pictures first. */
  readonly prepare?: readonly PreparationStep[];
}

/**
 * Finds the pictures of a data set: DIV2K, Flickr2K, Set5, Set14, BSD100, Urban100, General100, COCO, CelebA, VOC2012,
 * Waterloo, or of any folder.
 *
 * Each may lie as its authors or its usual distributors pack it; `datasetLayouts` is the table.
 *
 * @param root the folder of the data set or the one above it
 * @returns what `folderSource` takes
 * @throws `data/layout` if something is not where it should be (the message says what was expected where), or a folder
 *   could be two data sets; `data/option` for a split that the data set does not have; `picture/not-found`,
 *   `picture/none-found`
 * @example
 * const train = await openDataset('data/DIV2K', { split: 'train', scale: 4 });
 * const source = await folderSource({ ...train, scale: 4, tiles: true });
 */
export async function openDataset(root: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  if (!(await statOf(root)).isDirectory()) return { name: 'folder', split: 'all', data: [root] };
  const name = options.name ?? (await recognize(root));
  if (name === 'folder') return openFolder(root, options);
  const layout = datasetLayouts[name];
  const split = options.split ?? Object.keys(layout.splits)[0]!;
  const parts = layout.splits[split];
  if (!parts) {
    throw new SrError({
      code: 'data/option',
      message: `${layout.title} has the splits ${Object.keys(layout.splits).join(', ')}; received '${split}'.`,
    });
  }
  const asked = parts.flatMap(part => askedOf(part, options));
  const { part, base } = await firstThatIsThere(asked, { root, layout, split, options });
  const data = await picturesOf(join(base, part.hr), part, base);
  return {
    name,
    split,
    data,
    ...(part.lr && { lr: join(base, part.lr) }),
    ...(part.masks && { masks: join(base, part.masks) }),
    ...(layout.prepare && { prepare: layout.prepare }),
  };
}

async function openFolder(root: string, { split, scale, masks }: OpenDatasetOptions): Promise<Dataset> {
  for (const [option, value] of Object.entries({ split, scale, masks: masks || undefined })) {
    if (value === undefined) continue;
    throw new SrError({
      code: 'data/layout',
      message: `${root}: expected a data set with ${option} (${Object.keys(datasetLayouts).join(', ')}), received a folder that is none of them. Say which with the option name, or give the folders to folderSource.`,
    });
  }
  return { name: 'folder', split: 'all', data: highOnly(await findPictures(root)) };
}

/** The part with its scale, and with only what is wanted of it; none if it lacks that. */
function askedOf(part: DatasetPart, { scale, masks = false }: OpenDatasetOptions): DatasetPart[] {
  if ((scale !== undefined && !part.lr) || (masks && !part.masks)) return [];
  // High resolution alone may be taken from the folder of any scale.
  const scales = scale !== undefined ? [scale] : part.hr.includes('{scale}') ? anyScale : [1];
  return scales.map(factor => {
    const filled = (path: string): string => path.replaceAll('{scale}', String(factor));
    return {
      hr: filled(part.hr),
      ...(scale !== undefined && { lr: filled(part.lr!) }),
      ...(masks && { masks: part.masks! }),
      ...(part.list && { list: part.list }),
    };
  });
}

const anyScale = [2, 3, 4, 8];

interface Found {
  readonly part: DatasetPart;
  readonly base: string;
}

async function firstThatIsThere(
  parts: readonly DatasetPart[],
  { root, layout, split, options }: { root: string; layout: DatasetLayout; split: string; options: OpenDatasetOptions },
): Promise<Found> {
  const what = `${layout.title}, ${split}${options.scale ? `, with low resolution at x${options.scale}` : ''}${options.masks ? ', with masks' : ''}`;
  if (parts.length === 0) {
    throw new SrError({ code: 'data/layout', message: `${what}: the data set comes without them.` });
  }
  let nearest: { missing: string[]; base: string } | undefined;
  for (const part of parts) {
    for (const base of [root, ...layout.folders.map(folder => join(root, folder))]) {
      const missing = await missingOf(part, base);
      if (missing.length === 0) return { part, base };
      if (!nearest || missing.length < nearest.missing.length) nearest = { missing, base };
    }
  }
  const ways = [...new Set(parts.map(part => pathsOf(part).join(' with ')))];
  const there = (await readdir(root)).filter(name => !name.startsWith('.')).slice(0, 8);
  throw new SrError({
    code: 'data/layout',
    message: `${what}: expected in ${root} or in ${layout.folders[0]} below it ${ways.join(', or ')}. Nearest: ${nearest!.base} lacks ${nearest!.missing.join(' and ')}. ${root} holds ${there.join(', ') || 'nothing'}.`,
  });
}

function pathsOf({ hr, lr, masks, list }: DatasetPart): string[] {
  return [...new Set([hr, lr, masks, list?.file].filter(path => path !== undefined))].map(path =>
    path === '.' ? 'pictures' : path,
  );
}

async function missingOf({ hr, lr, masks, list }: DatasetPart, base: string): Promise<string[]> {
  const paths = [...new Set([hr, lr, masks, list?.file])].filter(path => path !== undefined);
  const there = await Promise.all(paths.map(path => (path === '.' ? holdsPictures(base) : exists(join(base, path)))));
  return paths.filter((_, i) => !there[i]).map(path => (path === '.' ? 'pictures' : path));
}

/** The pictures right in a folder; of a list those that it names. */
async function picturesOf(folder: string, { list }: DatasetPart, base: string): Promise<string[]> {
  const pictures = highOnly(await picturesIn(folder));
  if (pictures.length === 0) {
    throw new SrError({
      code: 'picture/none-found',
      message: `${folder}: expected pictures, ${readableFormats}, received a folder without.`,
    });
  }
  if (!list) return pictures;
  const named = new Set(await namesOf(join(base, list.file), list.mark));
  const listed = pictures.filter(path => named.has(stemOf(path)));
  if (listed.length > 0) return listed;
  throw new SrError({
    code: 'data/layout',
    message: `${join(base, list.file)} names ${named.size} pictures, of which ${folder} holds none.`,
  });
}

/** Of a mixed folder the pictures called `*_HR.*`. */
function highOnly(paths: string[]): string[] {
  const high = paths.filter(path => /[-_. ]HR$/i.test(stemOf(path)));
  return high.length > 0 ? high : paths;
}

async function namesOf(file: string, mark: string | undefined): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).map(line => line.trim().split(/\s+/));
  return lines
    .filter(words => words[0] && (mark === undefined || words.at(-1) === mark))
    .map(([name]) => stemOf(name!));
}

/** The data set that lies in a folder, if it can be only one. */
async function recognize(root: string): Promise<DatasetName | 'folder'> {
  const names = Object.keys(datasetLayouts) as DatasetName[];
  const found: DatasetName[] = [];
  for (const name of names) if (await looksLike(datasetLayouts[name], root)) found.push(name);
  if (found.length < 2) return found[0] ?? 'folder';
  throw new SrError({
    code: 'data/layout',
    message: `${root} could be ${found.map(name => datasetLayouts[name].title).join(' or ')}. Say which with the option name (${found.map(name => `'${name}'`).join(', ')}).`,
  });
}

async function looksLike({ folders, common = false, splits }: DatasetLayout, root: string): Promise<boolean> {
  const called = folders.some(folder => basename(folder).toLowerCase() === basename(resolve(root)).toLowerCase());
  const bases = [...(common && !called ? [] : [root]), ...folders.map(folder => join(root, folder))];
  const parts = Object.values(splits).flat();
  for (const base of bases) {
    for (const { hr } of parts) {
      // Pictures alone tell nothing unless the folder is called so.
      if (hr === '.' && !(common && (await holdsPictures(base)))) continue;
      const folder = join(base, hr);
      const scales = hr.includes('{scale}') ? anyScale : [1];
      for (const scale of scales) if (await exists(folder.replace('{scale}', String(scale)))) return true;
    }
  }
  return false;
}

async function holdsPictures(folder: string): Promise<boolean> {
  return (await exists(folder)) && (await picturesIn(folder)).length > 0;
}

/** Sorted, without those of the folders below. */
async function picturesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(error => {
    throw fileError(folder, error);
  });
  const pictures = names.filter(name => !name.startsWith('.') && hasPictureExtension(name));
  return pictures.map(name => join(folder, name)).sort();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '');
}
