export { assetsFolder } from '#assets';
export {
  checkGradients,
  type DifferentiableFunction,
  type GradientCheckOptions,
  gradientsOf,
} from './check-gradients.js';
export * from './describe-on-backends.js';
export * from './expect-close.js';
export * from './expect-no-leaks.js';
export * from './expect-summary.js';
export { randomWeights } from './random-weights.js';
export * from './tiny-encoder.js';
