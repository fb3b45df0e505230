export * from './alexnet.js';
export * from './classifier.js';
export * from './create-encoder.js';
export * from './densenet.js';
export type {
  Conv,
  FeatureNetwork,
  HeadLayer,
  Layer,
  Linear,
  Norm,
  Parallel,
  Pool,
  Pooling,
  Relu,
  ResponseNorm,
  TapGeometry,
} from './feature-network.js';
export * from './find-asset.js';
export * from './googlenet.js';
export * from './load-classifier.js';
export {
  type LoadEncoderOptions,
  loadAlexNet,
  loadCaffeGoogLeNet,
  loadDenseNet169,
  loadEncoder,
  loadGoogLeNet,
  loadResNet18,
  loadResNet50,
  loadSqueezeNet,
  loadVgg16,
  loadVgg19,
  type WeightSource,
} from './load-encoder.js';
export type { Preprocessing } from './preprocessing.js';
export * from './resnet.js';
export * from './squeezenet.js';
export * from './vgg.js';
