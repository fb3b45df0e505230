export * from './adversarial.js';
export * from './charbonnier.js';
export {
  type Context,
  type ContextOptions,
  type ContextPredictionOptions,
  contextNegatives,
  contextPredictionLoss,
  contextPredictionSuccess,
  contextTargets,
  type Place,
} from './context-prediction.js';
export * from './discriminator-content.js';
export * from './discriminator-loss.js';
export type { Reduction } from './elementwise.js';
export type { EncoderLoss, LayerWeights, PreparedLoss } from './encoder-loss.js';
export * from './feature-loss.js';
export * from './gradient-map-loss.js';
export * from './gradient-penalty.js';
export * from './grid-loss.js';
export * from './histogram-loss.js';
export * from './huber.js';
export { type InfoNceOptions, infoNce } from './info-nce.js';
export * from './jigsaw-loss.js';
export * from './l1.js';
export * from './l2.js';
export * from './loss.js';
export * from './masked.js';
export type { Norm } from './norm.js';
export type { FeatureRequest, FeatureUser } from './shared-features.js';
export * from './softmax-reweighing.js';
export * from './structure-loss.js';
export * from './style-loss.js';
export * from './texture-loss.js';
export * from './total-variation.js';
export * from './weighted.js';
