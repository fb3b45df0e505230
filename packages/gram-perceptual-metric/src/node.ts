/** All of `gram-perceptual-metric`, whose simple functions take files here as well. */
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import type { DistanceReport } from './encoder-metric.js';
import type { DistanceOptions, GramDistanceOptions } from './gram-distance.js';
import * as inMemory from './gram-distance.js';
import { type PictureLike, toPicture } from './to-picture.js';

export * from './index.js';

/** A path, a `file:` URL, the bytes of a file, or what the functions of `gram-perceptual-metric` take. */
export type FileLike = string | URL | Uint8Array | PictureLike;

/**
 * The Gram distance of two pictures in files or in memory; see `gramDistance` of `gram-perceptual-metric`.
 *
 * @throws as there, and as `readPicture` of `sr-data/node`
 * @example
 * import { gramDistance } from 'gram-perceptual-metric/node';
 * const distance = await gramDistance('result.png', 'reference.png');
 */
export async function gramDistance(
  result: FileLike,
  reference: FileLike,
  options: GramDistanceOptions<FileLike> = {},
): Promise<number> {
  return (await gramReport(result, reference, options)).distance;
}

/**
 * The Gram distance and what it is made of; see `gramReport` of `gram-perceptual-metric`.
 *
 * @throws as `gramDistance`
 * @example
 * import { gramReport } from 'gram-perceptual-metric/node';
 * const { distance, layers } = await gramReport('result.png', 'reference.png', { network: 'alex', preset: 'inner' });
 */
export async function gramReport(
  result: FileLike,
  reference: FileLike,
  options: GramDistanceOptions<FileLike> = {},
): Promise<DistanceReport> {
  return inMemory.gramReport(await read(result), await read(reference), await readMasks(options));
}

/**
 * The feature distance of two pictures of one size; see `featureDistance` of `gram-perceptual-metric`.
 *
 * @throws as `gramDistance`
 * @example
 * import { featureDistance } from 'gram-perceptual-metric/node';
 * const distance = await featureDistance('result.png', 'reference.png');
 */
export async function featureDistance(
  result: FileLike,
  reference: FileLike,
  options: DistanceOptions<FileLike> = {},
): Promise<number> {
  return inMemory.featureDistance(await read(result), await read(reference), await readMasks(options));
}

async function read(source: FileLike): Promise<Picture> {
  if (typeof source === 'string' || source instanceof URL || source instanceof Uint8Array) return readPicture(source);
  return toPicture(source, 'picture');
}

async function readMasks<Options extends DistanceOptions<FileLike>>(
  options: Options,
): Promise<Omit<Options, 'masks'> & Pick<DistanceOptions, 'masks'>> {
  const { masks, ...others } = options;
  const readAll = (list: readonly FileLike[]): Promise<Picture[]> => Promise.all(list.map(read));
  if (masks === undefined) return others;
  if (!('result' in masks)) return { ...others, masks: await readAll(masks) };
  return { ...others, masks: { result: await readAll(masks.result), reference: await readAll(masks.reference) } };
}
