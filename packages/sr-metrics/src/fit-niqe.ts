/** The parameters of NIQE from one's own pristine pictures (`estimatemodelparam.m` of the authors' release). */
import { type Picture, SrError, throwIfAborted } from 'sr-tensor';
import type { NiqeOptions, NiqeParameters } from './niqe.js';
import { defaultBlockSize, featureCount, momentsOf, niqeFeatures } from './niqe-features.js';
import { planesOf } from './planes.js';

export interface FitNiqeOptions extends NiqeOptions {
  /** The side of the blocks in pixels, even. Default 96, as the authors'. */
  blockSize?: number;
  /** A block counts if its mean local deviation exceeds this share of its picture's sharpest. Default 0.75, as the authors'. */
  sharpness?: number;
  signal?: AbortSignal;
  /** Called after each picture with how many of its blocks count. */
  onProgress?: (progress: { readonly pictures: number; readonly blocks: number }) => void;
}

/**
 * Learns what pristine pictures look like.
 *
 * Only the features of the sharp blocks are kept, 36 numbers each. Measure with the same `channel` (default `y`).
 *
 * @param pictures an iterable or async iterable; the authors took 125
 * @returns parameters for `niqe`
 * @throws `metrics/parameters` with fewer sharp blocks than features, `picture/size` for a picture below one block,
 *   `metrics/option`, `aborted`
 * @example
 * const pristine = await fitNiqe([photo], { blockSize: 16, sharpness: 0.1 });
 * const naturalness = niqe({ parameters: pristine });
 */
export async function fitNiqe(
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  { blockSize = defaultBlockSize, sharpness: share = 0.75, signal, onProgress, ...options }: FitNiqeOptions = {},
): Promise<NiqeParameters> {
  if (!(Number.isInteger(blockSize / 2) && blockSize > 0) || !(share >= 0 && share < 1)) {
    throw new SrError({
      code: 'metrics/option',
      message: `fitNiqe: expected an even blockSize and a sharpness from 0 to below 1, received ${blockSize} and ${share}.`,
    });
  }
  const kept: Float64Array[] = [];
  let count = 0;
  for await (const picture of pictures) {
    throwIfAborted(signal);
    for (const plane of planesOf(picture, { channel: 'y', ...options }, { what: 'fitNiqe', leastSize: blockSize })) {
      const { features, sharpness } = niqeFeatures(plane, blockSize);
      const least = share * Math.max(...sharpness);
      kept.push(...features.filter((_, i) => sharpness[i]! > least));
    }
    onProgress?.({ pictures: ++count, blocks: kept.length });
  }
  const sound = kept.filter(features => !features.some(Number.isNaN)).length;
  if (sound <= featureCount) {
    throw new SrError({
      code: 'metrics/parameters',
      message: `fitNiqe: expected more than ${featureCount} sharp blocks of ${blockSize} x ${blockSize} to fit as many features, received ${sound} from ${count} pictures. Give more or larger pictures.`,
    });
  }
  return { ...momentsOf(kept), blockSize };
}
