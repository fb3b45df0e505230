export type { Batch, BatchSource, ImageBatch, SkippedPicture } from './batch.js';
export { toBitDepth } from './bit-depth.js';
export { type CropOptions, cropPicture, modCrop } from './crop-picture.js';
export { toLuma } from './luma.js';
export { type MatchHistogramOptions, matchHistogram } from './match-histogram.js';
export {
  type NamedPairs,
  type PairPicturesOptions,
  type PicturePair,
  type PicturePairs,
  pairByName,
  pairPictures,
} from './pair-pictures.js';
export { type ResizePictureOptions, type ResizeTarget, resizePicture } from './resize-picture.js';
