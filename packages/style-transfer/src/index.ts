export { type KeepColor, keepColors } from './color/keep-colors.js';
export { loadStyle, type Style, type StyleModule, type StyleSource } from './load-style.js';
export { type LoadStylizerOptions, loadStylizer, type Stylizer } from './load-stylizer.js';
export {
  type StyleNetwork,
  type StyleNetworkConfig,
  type StyleNetworkOptions,
  type StylePresetName,
  styleNetwork,
  stylePresetNames,
} from './network/style-network.js';
export { defaultLayers, type StyleLayers } from './optimize/encoders.js';
export type { MaskMode, Terms } from './optimize/objective.js';
export type { MinimizerOptions, OptimizationState, OptimizationStep } from './optimize/optimize-picture.js';
export {
  type Layers,
  type OptimizeStyleOptions,
  optimizeStyle,
  type StyleMask,
  type WeightedStyle,
} from './optimize/optimize-style.js';
export { type OptimizationPreset, optimizationPresets, type TermWeights } from './optimize/presets.js';
export {
  type InvertFeaturesOptions,
  invertFeatures,
  type SynthesizeTextureOptions,
  synthesizeTexture,
  type TransferTextureOptions,
  transferTexture,
} from './optimize/reconstruct.js';
export { type StylizeOptions, stylize } from './stylize.js';
