import { type PairPicturesOptions, type PicturePairs, pairPictures } from '../pair-pictures.js';
import { findPictures } from './find-pictures.js';

/**
 * The pairs of pictures in two folders, by the rules of `pairPictures`.
 *
 * @param lr may be the same folder as `hr`
 * @throws `picture/pair`, `picture/not-found`, `picture/none-found`
 *
 * @example
 * const { pairs } = await pairFolders('Set5', 'Set5', { scale: 4 });   // *_HR.* with *_LR.*
 */
export async function pairFolders(hr: string, lr: string, options: PairPicturesOptions = {}): Promise<PicturePairs> {
  return pairPictures(await findPictures(hr), await findPictures(lr), options);
}
