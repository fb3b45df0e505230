/**
 * Feature reconstruction losses: distances of a network's features, position by position.
 *
 *   loss = sum over layers l of w_l * norm(F_l(prediction) - F_l(target))
 *
 * | preset | network, layers | norm | w |
 * |---|---|---|---|
 * | `johnson` | VGG-16 relu2_2 | mean of squares, ||D||^2 / (C H W) | 1 |
 * | `fast-neural-style` | VGG-16 relu3_3 | mean of squares | 1 |
 * | `gatys` | VGG-19 relu4_2 | half the sum of squares | 1 |
 * | `neural-style` | VGG-19 relu4_2 | mean of squares | 5 |
 * | `pytorch-tutorial` | VGG-19 conv2_2 (before the ReLU) | mean of squares | 1 |
 * | `srgan` | VGG-19 relu5_4, features / 12.75 | mean of squares | 1 |
 * | `esrgan` | VGG-19 conv5_4 (before the ReLU) | mean of absolutes | 1 |
 * | `akella` | VGG-19 conv5_4 (before the ReLU) | mean of squares | 1 |
 * | `enhancenet` | VGG-19 pool2 and pool5 | mean of squares | 0.2 and 0.02 |
 * | `lpips` | VGG-16 relu1_2, relu2_2, relu3_3, relu4_3, relu5_3, features / their length over channels | sum over channels, mean over positions of squares | 1 |
 *
 * Means and the sum are taken over an image, then the mean over the batch.
 */
import { mul, type Scalar, square, sub, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type Encoder, unitLength } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { type Penalty, penalize } from './elementwise.js';
import { type EncoderLoss, encoderLoss, type LayerWeights, layerWeights } from './encoder-loss.js';
import { norms } from './norm.js';

export type FeaturePreset =
  | 'johnson'
  | 'fast-neural-style'
  | 'gatys'
  | 'neural-style'
  | 'pytorch-tutorial'
  | 'srgan'
  | 'esrgan'
  | 'akella'
  | 'enhancenet'
  | 'lpips';

/** `l1`: mean |d|; `l2`: mean d^2; `half-sum`: half the sum of d^2 over an image. */
export type FeatureNorm = 'l1' | 'l2' | 'half-sum';

export interface FeatureLossOptions<Layer extends string> {
  /** The network that looks at both images; it stays the caller's, and decides the preprocessing. */
  encoder: Encoder<Layer>;
  /** See the table above. Default `'johnson'`. */
  preset?: FeaturePreset;
  /** Instead of the preset's: layers with the weight of its first, or layers with weights, `{ conv3_4: 0.1, conv5_4: 1 }`. */
  layers?: LayerWeights<Layer>;
  /** Instead of the preset's. */
  norm?: FeatureNorm;
}

interface Preset {
  readonly weights: Readonly<Record<string, number>>;
  readonly norm: FeatureNorm;
  /** What is compared in place of the features. */
  readonly describe?: (features: Tensor4D) => Tensor;
}

const featureNorms: Readonly<Record<FeatureNorm, Penalty>> = {
  ...norms,
  'half-sum': {
    value: difference => mul(square(difference), 0.5),
    derivative: difference => difference,
    reduction: 'batch-mean',
  },
};

const presets: Readonly<Record<FeaturePreset, Preset>> = {
  // Johnson et al., ECCV 2016, equation 2 and section 4.2.
  johnson: { weights: { relu2_2: 1 }, norm: 'l2' },
  // github.com/jcjohnson/fast-neural-style, train.lua: -content_layers 16, which is relu3_3.
  'fast-neural-style': { weights: { relu3_3: 1 }, norm: 'l2' },
  // Gatys et al., CVPR 2016, equation 1.
  gatys: { weights: { relu4_2: 1 }, norm: 'half-sum' },
  // github.com/jcjohnson/neural-style, neural_style.lua: -content_weight 5e0.
  'neural-style': { weights: { relu4_2: 5 }, norm: 'l2' },
  // pytorch.org/tutorials/advanced/neural_style_tutorial.html: the fourth convolution.
  'pytorch-tutorial': { weights: { conv2_2: 1 }, norm: 'l2' },
  // Ledig et al., CVPR 2017, section 3.2 ("VGG54"): features scaled by 1 / 12.75.
  srgan: { weights: { relu5_4: 1 / 12.75 ** 2 }, norm: 'l2' },
  // Wang et al., ECCV Workshops 2018, section 3.3: before the activation, L1 in the released code.
  esrgan: { weights: { conv5_4: 1 }, norm: 'l1' },
  // Akella et al., the VGG term; the layer is not stated, this is the usual one.
  akella: { weights: { conv5_4: 1 }, norm: 'l2' },
  // Sajjadi et al., ICCV 2017, supplement.
  enhancenet: { weights: { pool2: 0.2, pool5: 0.02 }, norm: 'l2' },
  // Zhang et al., CVPR 2018, equation 1 with w = 1 (the baseline): a sum over channels, where the norm has their mean.
  lpips: {
    weights: { relu1_2: 1, relu2_2: 1, relu3_3: 1, relu4_3: 1, relu5_3: 1 },
    norm: 'l2',
    describe: features => mul(unitLength(features), Math.sqrt(features.shape[3])),
  },
};

/**
 * The feature reconstruction loss in its published forms; the table of this file's head lists them.
 *
 * @param options see `FeatureLossOptions`
 * @returns a loss of two `[batch, height, width, 3]` of one shape. `loss.prepare(target)` computes the target's features
 *   once
 * @throws `losses/preset`, `losses/norm`, `losses/layers`; the loss: `tensor/shape`, and what the encoder throws
 *   (`layer/unknown`)
 * @see Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, section 3.2
 * @example
 * const loss = featureLoss({ encoder: await loadVgg19(), preset: 'esrgan' });
 * const other = featureLoss({ encoder: await loadAlexNet(), layers: ['relu2', 'relu5'], norm: 'l1' });
 */
export function featureLoss<Layer extends string>(options: FeatureLossOptions<Layer>): EncoderLoss {
  const { preset = 'johnson' } = options;
  checkChoice('featureLoss', 'preset', preset, presets);
  const { weights, describe = (features): Tensor => features, ...defaults } = presets[preset];
  const { norm = defaults.norm } = options;
  checkChoice('featureLoss', 'norm', norm, featureNorms);
  const first = Object.values(weights)[0]!;
  return encoderLoss({
    name: 'featureLoss',
    encoder: options.encoder as unknown as Encoder,
    weights: layerWeights('featureLoss', options.layers, {
      layers: Object.keys(weights),
      weight: layer => weights[layer] ?? first,
    }),
    describe,
    compare: (prediction, target): Scalar => penalize(sub(prediction, target), featureNorms[norm]),
    anySize: false,
  });
}
