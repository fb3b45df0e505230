export { addNoise, type NoiseOptions } from './add-noise.js';
export type { Batch, BatchSource, ImageBatch, MaskBatch, SkippedPicture } from './batch.js';
export { toBitDepth } from './bit-depth.js';
export {
  type BlurKernel,
  blurPicture,
  type GaussianBlurKernelOptions,
  gaussianBlurKernel,
  type SincBlurKernelOptions,
  sincBlurKernel,
} from './blur-kernel.js';
export {
  type CocoAnnotation,
  type CocoFile,
  type CocoImage,
  type CocoRle,
  cocoImages,
  cocoMasks,
  decodeCocoRle,
} from './coco-masks.js';
export { type CropOptions, cropPicture, modCrop } from './crop-picture.js';
export { type DatasetLayout, type DatasetName, type DatasetPart, datasetLayouts } from './dataset-layouts.js';
export {
  type Degradation,
  type DegradationStep,
  type RandomDegradationOptions,
  type ResizeDegradation,
  randomDegradation,
} from './degradation.js';
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
export { type PreparationStep, preparedSize, preparePicture } from './prepare-picture.js';
export { type ResizePictureOptions, type ResizeTarget, resizePicture } from './resize-picture.js';
export { type ResizeStripsOptions, resizeStrips } from './resize-strips.js';
export { type SegmentMasks, type SegmentMasksOptions, segmentMasks } from './segment-masks.js';
export { type TileGridOptions, tileGrid } from './tile-grid.js';
