export { buildNetwork, type NetworkDescription, networkNames } from './build-network.js';
export { type CompactConfig, compact } from './compact.js';
export type { Interpolation } from './enlarge.js';
export { type LoadedModel, loadModel, type WeightModule } from './load-model.js';
export { type LoadUpscalerOptions, loadUpscaler, type UpscalerSource } from './load-upscaler.js';
export { nearest } from './nearest.js';
export type { WorkerSetup } from './tile-worker.js';
export type { Progress, StripOptions, UpscaleOptions, Upscaler } from './upscaler.js';
