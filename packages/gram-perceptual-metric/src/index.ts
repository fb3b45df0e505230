export type { DistanceReport, EncoderMetric, MaskOptions, MeasureOptions, Regions } from './encoder-metric.js';
export * from './feature-metric.js';
export * from './gram-distance.js';
export {
  type GramNormalization,
  type GramNormalizationInfo,
  type GramOptions,
  type GuidedGramOptions,
  gramMatrix,
  gramNormalizations,
  guidedGramMatrices,
  unitChannels,
} from './gram-matrix.js';
export * from './gram-metric.js';
export * from './layer-guides.js';
export type { GramPreset } from './layer-presets.js';
export type { PictureLike, PixelData } from './to-picture.js';
