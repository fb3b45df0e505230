/**
 * The histogram loss: every channel of a feature map should take its values as often as the style's does.
 *
 * Risser et al., "Stable and controllable neural texture synthesis and style transfer using histogram losses", 2017,
 * section 4.3: gamma ||O - R(O)||^2 with R(O) the map O after histogram matching, held constant. Their R goes through
 * histograms of 256 bins; here it is exact, through sorting: the k-th value becomes the style's value at the same quantile.
 *
 * | preset | layers of VGG-19 | of a map | w |
 * |---|---|---|---|
 * | `paper` | relu1_1, relu4_1 | sum | 1 |
 * | `mean` | relu1_1, relu4_1 | mean | 1 |
 * | `code` | relu1_1, relu2_1, relu3_1, relu4_1, relu5_1 | mean | 2e9, 5e8, 1e8, 3.5e7, 3.5e7 |
 *
 * `code` is that of an author (github.com/pierre-wilmot/NeuralTextureSynthesis, main.py), beside mean squares of undivided
 * Gram matrices. The layers of `paper` are as remembered; the paper itself was not at hand when this was written.
 */
import {
  add,
  gather,
  mul,
  neg,
  reshape,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tile,
  topk,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { detach } from './detach.js';
import { type Penalty, penalize } from './elementwise.js';
import { type EncoderLoss, encoderLoss, type LayerWeights, layerWeights } from './encoder-loss.js';
import { norms } from './norm.js';

export type HistogramLossPreset = 'paper' | 'mean' | 'code';

export interface HistogramLossOptions<Layer extends string> {
  /** The network that looks at both images; it stays the caller's, and decides the preprocessing. */
  readonly encoder: Encoder<Layer>;
  /** Instead of the preset's: layers with the weight 1, or with weights. */
  readonly layers?: LayerWeights<Layer>;
  /** See the table above; the mean over the batch is taken of all. Default `'paper'`; of a mean, size does not matter. */
  readonly preset?: HistogramLossPreset;
}

interface Preset {
  readonly weights: Readonly<Record<string, number>>;
  readonly penalty: Penalty;
}

const paperWeights = { relu1_1: 1, relu4_1: 1 };

const presets: Readonly<Record<HistogramLossPreset, Preset>> = {
  paper: { weights: paperWeights, penalty: { ...norms.l2, reduction: 'batch-mean' } },
  mean: { weights: paperWeights, penalty: norms.l2 },
  code: {
    weights: { relu1_1: 2e9, relu2_1: 5e8, relu3_1: 1e8, relu4_1: 3.5e7, relu5_1: 3.5e7 },
    penalty: norms.l2,
  },
};

/**
 * The histogram loss of feature maps.
 *
 * sum over layers of w reduce (F - R(F))^2, R(F) each channel of the prediction's map matched to the target's. Where the
 * pixels lie does not matter, and the target may have another size. The target gets no gradient.
 *
 * @returns a loss of `[batch, height, width, 3]` and `[1 or batch, height', width', 3]`; it throws `tensor/shape` for others.
 *   `loss.prepare(target)` computes the target's features once
 * @throws `losses/preset`, `losses/layers`
 * @see Risser et al. 2017, section 4.3
 * @example
 * const encoder = await loadVgg19();
 * const loss = weighted({ style: [1, styleLoss({ encoder })], histogram: [1, histogramLoss({ encoder })] });
 */
export function histogramLoss<Layer extends string>({
  encoder,
  layers,
  preset = 'paper',
}: HistogramLossOptions<Layer>): EncoderLoss {
  checkChoice('histogramLoss', 'preset', preset, presets);
  const { weights, penalty } = presets[preset];
  return encoderLoss({
    name: 'histogramLoss',
    encoder: encoder as unknown as Encoder,
    weights: layerWeights('histogramLoss', layers, {
      layers: Object.keys(weights),
      weight: layer => (layers === undefined ? weights[layer]! : 1),
    }),
    describe: (features): Tensor => features,
    compare: (prediction, target) =>
      penalize(sub(prediction, matched(prediction as Tensor4D, target as Tensor4D)), penalty),
    anySize: true,
  });
}

/** The features with the values of the reference: each channel of each item keeps its order. A constant to gradients. */
function matched(features: Tensor4D, reference: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = features.shape;
  const rows = (x: Tensor4D): Tensor2D => reshape(transpose(x, [0, 3, 1, 2]), [batch * channels, -1]);
  // One reference for the whole batch, or one each.
  const references = reference.shape[0] === batch ? reference : tile(reference, [batch, 1, 1, 1]);
  const [own, other] = [rows(detach(features)), rows(detach(references))];
  const count = own.shape[1];
  const { indices } = topk(own, count);
  // The place of each value in the descending order, from the places in that order of each value.
  const ranks = topk(neg(indices), count).indices;
  const values = quantiles(topk(other, other.shape[1]).values, count);
  const starts = tensor2d(
    Int32Array.from({ length: own.shape[0] }, (_, row) => row * count),
    [own.shape[0], 1],
    'int32',
  );
  const placed = gather(reshape(values, [-1]), reshape(add(ranks, starts), [-1]));
  return transpose(reshape(placed, [batch, channels, height, width]), [0, 2, 3, 1]);
}

/** `count` values at the middles of as many equal parts of each sorted row, linear between the row's own middles. */
function quantiles(sorted: Tensor, count: number): Tensor {
  const size = sorted.shape[1]!;
  if (size === count) return sorted;
  const positions = Float64Array.from({ length: count }, (_, k) =>
    Math.min(Math.max(((k + 0.5) * size) / count - 0.5, 0), size - 1),
  );
  const below = Int32Array.from(positions, Math.floor);
  const above = below.map(index => Math.min(index + 1, size - 1));
  const share = tensor1d(Float32Array.from(positions, (position, k) => position - below[k]!));
  const at = (indices: Int32Array): Tensor => gather(sorted, tensor1d(indices, 'int32'), 1);
  return add(mul(at(below), sub(1, share)), mul(at(above), share));
}
