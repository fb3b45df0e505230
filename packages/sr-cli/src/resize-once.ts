import { resizePicture, toBitDepth } from 'sr-data';
import { bitDepth, type Picture } from 'sr-tensor';

/** MATLAB's imresize in doubles, rounded once at the end: the known values of bicubic enlargement are of this kind. */
export function resizeOnce(picture: Picture, scale: number): Picture {
  return toBitDepth(resizePicture(picture, { scale }, { quantize: false }), bitDepth(picture) === 16 ? 16 : 8);
}
