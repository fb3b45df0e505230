/**
 * Style losses: distances of the Gram matrices of a network's features, whatever the size of the two images.
 *
 *   loss = sum over layers l of w_l * distance(G_l(prediction), G_l(target)), the mean over the batch
 *
 * | preset | network, layers | Gram matrix | distance | w |
 * |---|---|---|---|---|
 * | `johnson` | VGG-16 relu1_2, relu2_2, relu3_3, relu4_3 | F F' / (N M) | sum of squares | 1 |
 * | `fast-neural-style` | the same | F F' / (N M) | mean of squares | 5 |
 * | `gatys` | VGG-19 relu1_1, relu2_1, ..., relu5_1 | F F' | sum of squares / (4 N^2 M^2) | 1/5 |
 * | `neural-style` | the same | F F' / (N M) | mean of squares | 100 |
 * | `neural-image-synthesis` | the same | F F' / M | mean of squares | 1000 / N^2 |
 * | `pytorch-tutorial` | VGG-19 conv1_1, conv1_2, conv2_1, conv2_2, conv3_1 (before the ReLU) | F F' / (N M) | mean of squares | 1e6 |
 *
 * N channels, M positions. The mean over the batch: each image of a batch has its own matrix.
 */
import type { GramNormalization } from 'gram-perceptual-metric';
import type { Encoder } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { type EncoderLoss, encoderLoss, type LayerWeights, layerWeights } from './encoder-loss.js';
import { type GramForm, gramTerms } from './gram-loss.js';

export type StylePreset =
  | 'johnson'
  | 'fast-neural-style'
  | 'gatys'
  | 'neural-style'
  | 'neural-image-synthesis'
  | 'pytorch-tutorial';

export interface StyleLossOptions<Layer extends string> {
  /** The network that looks at both images; it stays the caller's, and decides the preprocessing. */
  encoder: Encoder<Layer>;
  /** See the table above. Default `'johnson'`. */
  preset?: StylePreset;
  /** Instead of the preset's: layers with its weight, or layers with weights, `{ relu1_2: 1, relu2_2: 0.5 }`. */
  layers?: LayerWeights<Layer>;
}

interface Preset extends GramForm {
  readonly layers: readonly string[];
  readonly weight: (channels: number) => number;
}

const johnsonLayers = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'];
const gatysLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];
const perElement: GramNormalization = 'johnson';

const presets: Readonly<Record<StylePreset, Preset>> = {
  // Johnson et al., ECCV 2016, equation 4 and section 4.1; the weight of the whole is not stated.
  johnson: { layers: johnsonLayers, normalization: perElement, reduction: 'sum', weight: () => 1 },
  // github.com/jcjohnson/fast-neural-style, train.lua: -style_weights 5.0, nn.MSECriterion.
  'fast-neural-style': { layers: johnsonLayers, normalization: perElement, reduction: 'mean', weight: () => 5 },
  // Gatys et al., CVPR 2016, equations 4 and 5; a fifth for each of five layers in section 3.
  gatys: { layers: gatysLayers, normalization: perElement, reduction: 'gatys', weight: () => 1 / 5 },
  // github.com/jcjohnson/neural-style, neural_style.lua: -style_weight 1e2.
  'neural-style': { layers: gatysLayers, normalization: perElement, reduction: 'mean', weight: () => 100 },
  // github.com/leongatys/PytorchNeuralStyleTransfer: style_weights = 1e3 / n^2.
  'neural-image-synthesis': {
    layers: gatysLayers,
    normalization: 'neural-image-synthesis',
    reduction: 'mean',
    weight: channels => 1e3 / channels ** 2,
  },
  // pytorch.org/tutorials/advanced/neural_style_tutorial.html: style_weight 1e6; its batch is 1.
  'pytorch-tutorial': {
    layers: ['conv1_1', 'conv1_2', 'conv2_1', 'conv2_2', 'conv3_1'],
    normalization: perElement,
    reduction: 'mean',
    weight: () => 1e6,
  },
};

/**
 * The style loss in its published forms; the table of this file's head lists them.
 *
 * @param options see `StyleLossOptions`
 * @returns a loss of two batches `[batch, height, width, 3]`; their sizes may differ, and the target may be one image for
 *   the whole batch. `loss.prepare(target)` computes the target's matrices once
 * @throws `losses/preset`, `losses/layers`; the loss: `tensor/shape`, and what the encoder throws (`layer/unknown`)
 * @see Gatys et al., "Image style transfer using convolutional neural networks", CVPR 2016; Johnson et al., "Perceptual
 *   losses for real-time style transfer and super-resolution", ECCV 2016
 * @example
 * import { styleLoss } from 'sr-losses';
 * const style = styleLoss({ encoder: await loadVgg16({ preprocessing: 'caffe' }), preset: 'fast-neural-style' });
 * const prepared = style.prepare(target);
 * const value = prepared(prediction); // a scalar tensor
 * prepared.dispose();
 */
export function styleLoss<Layer extends string>(options: StyleLossOptions<Layer>): EncoderLoss {
  const { preset = 'johnson' } = options;
  checkChoice('styleLoss', 'preset', preset, presets);
  const encoder = options.encoder as unknown as Encoder;
  const { layers, weight, ...form } = presets[preset];
  const weightOf = (layer: string): number => weight(encoder.geometry(layer).channels);
  return encoderLoss({
    name: 'styleLoss',
    encoder,
    weights: layerWeights('styleLoss', options.layers, { layers, weight: weightOf }),
    ...gramTerms(form),
    anySize: true,
  });
}
