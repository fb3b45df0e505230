export { adaptWeights, publishedWeights } from './adapt-weights.js';
export { buildNetwork, type NetworkDescription, networkNames } from './build-network.js';
export { type CompactConfig, compact } from './compact.js';
export { buildDiscriminator, discriminatorNames } from './discriminators/build-discriminator.js';
export { type Discriminator, type DiscriminatorModel, judge } from './discriminators/discriminator.js';
export { type EnhancenetDiscriminatorConfig, enhancenetDiscriminator } from './discriminators/enhancenet.js';
export {
  type FeatureMatchingDiscriminatorConfig,
  featureMatchingDiscriminator,
} from './discriminators/feature-matching.js';
export { type GlobalPoolDiscriminatorConfig, globalPoolDiscriminator } from './discriminators/global-pool.js';
export { type PatchDiscriminatorConfig, patchDiscriminator } from './discriminators/patch.js';
export { type SrganDiscriminatorConfig, srganDiscriminator } from './discriminators/srgan.js';
export { type UnetDiscriminatorConfig, unetDiscriminator } from './discriminators/unet.js';
export { type VggDiscriminatorConfig, vggDiscriminator } from './discriminators/vgg.js';
export type { Interpolation } from './enlarge.js';
export { foldModel } from './fold-model.js';
export { type EdsrConfig, edsr } from './generators/edsr.js';
export { type EnhancenetConfig, enhancenet } from './generators/enhancenet.js';
export { type EspcnConfig, espcn } from './generators/espcn.js';
export { type FeatureMatchingConfig, featureMatching } from './generators/feature-matching.js';
export { type FsrcnnConfig, fsrcnn } from './generators/fsrcnn.js';
export { type ImdnConfig, imdn } from './generators/imdn.js';
export { type JohnsonSrConfig, johnsonSr } from './generators/johnson-sr.js';
export { type LapsrnConfig, lapsrn, type MsLapsrnConfig, msLapsrn } from './generators/lapsrn.js';
export { type MsrresnetConfig, msrresnet } from './generators/msrresnet.js';
export { type RrdbnetConfig, rrdbnet } from './generators/rrdbnet.js';
export { type SpsrConfig, spsr } from './generators/spsr.js';
export { type SrcnnConfig, srcnn } from './generators/srcnn.js';
export { type SrresnetConfig, srresnet } from './generators/srresnet.js';
export { type TsrnConfig, tsrn } from './generators/tsrn.js';
export { type VdsrConfig, vdsr } from './generators/vdsr.js';
export { interpolateWeights } from './interpolate-weights.js';
export { liveTile } from './live-tile.js';
export { type LoadedModel, loadModel, type WeightModule } from './load-model.js';
export { type LoadUpscalerOptions, loadUpscaler, type UpscalerSource } from './load-upscaler.js';
export { nearest } from './nearest.js';
export { recognizeNetwork } from './recognize-network.js';
export {
  type ContextPredictorConfig,
  contextPredictor,
  type JigsawHeadConfig,
  jigsawHead,
  type VectorNetwork,
} from './structure/heads.js';
export { featureSpacing, type NseConfig, nse } from './structure/nse.js';
export { type EncoderOfOptions, encoderOf, type TappedNetwork } from './tapped-network.js';
export {
  type UpsamplingLayer,
  type UpsamplingMethod,
  type UpsamplingOptions,
  upsampling,
  upsamplingMethods,
} from './upsampling.js';
export type { FinishedTile, Progress, StripOptions, UpscaleOptions, Upscaler } from './upscaler.js';
export { type WideCompactConfig, wideCompact } from './wide-compact.js';
export { widenWeights } from './widen-weights.js';
