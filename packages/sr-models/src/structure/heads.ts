/** What is trained on top of a structure extractor, and thrown away after: a predictor of features, a classifier of orders. */
import { add, matMul, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkShape, type ParameterSpec, type ParameterSpecs, relu, type Scope, torchDefault } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';

/** A network of vectors as data. */
export interface VectorNetwork {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: ParameterSpecs;
  /** From `[items, inputs]` to `[items, outputs]`. */
  apply(x: Tensor2D, p: Scope): Tensor2D;
}

export interface ContextPredictorConfig {
  /** Of the features; default 32. */
  readonly channels?: number;
  /** Default 128. */
  readonly hidden?: number;
  /** Which neighbours it is given, as in `contextPredictionLoss`; default `'horizontal'`, two of them. */
  readonly context?: 'horizontal' | 'vertical' | 'cross';
}

/**
 * Predicts a feature from those around it: three dense layers with ReLU between, 64 to 128 to 128 to 32 by default.
 *
 * @throws `network/config`
 * @see Ma et al., TPAMI 2021, section 3.4 (the widths are not told)
 * @example
 * const network = contextPredictor({ channels: 4 });
 * const scope = Parameters.create(network.parameters, { seed: 1 }).scope();
 * const loss = contextPredictionLoss(features, {
 *   predict: context => network.apply(context, scope),
 *   targets: [[24, 24]],
 *   spacing: 6,
 * });
 */
export function contextPredictor(config: ContextPredictorConfig = {}): VectorNetwork {
  checkOptions('context-predictor', config, {
    channels: integerIn(1, 4096),
    hidden: integerIn(1, 65_536),
    context: oneOf(['horizontal', 'vertical', 'cross']),
  });
  const { channels = 32, hidden = 128, context = 'horizontal' } = config;
  const around = context === 'cross' ? 4 : 2;
  return perceptron('context-predictor', { channels, hidden, context }, [around * channels, hidden, hidden, channels]);
}

export interface JigsawHeadConfig {
  /** Of the features; default 32. */
  readonly channels?: number;
  /** Default 256. */
  readonly hidden?: number;
}

/**
 * Tells in which of 24 orders four features come: three dense layers with ReLU between, 128 to 256 to 256 to 24 by default.
 *
 * @throws `network/config`
 * @see Ma et al., TPAMI 2021, section 3.4 (the widths are not told)
 * @example
 * const network = jigsawHead({ channels: 4 });
 * const scope = Parameters.create(network.parameters, { seed: 1 }).scope();
 * const loss = jigsawLoss(features, {
 *   classify: pieces => network.apply(pieces, scope),
 *   spacing: 6,
 *   corners: [[3, 5]],
 *   permutations: [7],
 * });
 */
export function jigsawHead(config: JigsawHeadConfig = {}): VectorNetwork {
  checkOptions('jigsaw-head', config, { channels: integerIn(1, 4096), hidden: integerIn(1, 65_536) });
  const { channels = 32, hidden = 256 } = config;
  // The orders of four pieces.
  return perceptron('jigsaw-head', { channels, hidden }, [4 * channels, hidden, hidden, 24]);
}

/** Dense layers `fc1`, `fc2`, ... with ReLU between. */
function perceptron(name: string, config: VectorNetwork['config'], sizes: readonly number[]): VectorNetwork {
  const parameters: Record<string, ParameterSpec> = {};
  const layers = sizes.slice(1).map((to, i) => {
    const layer = `fc${i + 1}`;
    parameters[`${layer}.weight`] = { shape: [sizes[i]!, to], layout: 'linear', init: torchDefault };
    parameters[`${layer}.bias`] = { shape: [to], layout: 'plain', init: torchDefault };
    return layer;
  });
  return {
    name,
    config,
    parameters,
    apply(x, p) {
      checkShape(x, `[items, ${sizes[0]}]`, name);
      return tidy(() =>
        layers.reduce((now, layer, i) => {
          const { weight, bias } = p(layer);
          return add<Tensor2D>(matMul(i === 0 ? now : relu(now), weight as Tensor2D), bias as Tensor1D);
        }, x),
      );
    },
  };
}
