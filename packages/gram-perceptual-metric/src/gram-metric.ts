/**
 * The Gram distance of two pictures, "Net-G" of Gondal et al. 2018, section 7:
 *
 *   d(x, x0) = sum over layers l of (1 / C_l^2) sum over i, j of (G_ij^l - A_ij^l)^2               (their eq. 5)
 *
 * with G and A the normalized Gram matrices of the features of both pictures in layer l, of C_l channels. What the
 * paper leaves open is an option here; FORMULA.md lists it.
 */
import { mean, reshape, squaredDifference, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { type EncoderMetric, encoderMetric } from './encoder-metric.js';
import { type GramOptions, gramMatrix, gramNormalization, guidedGramMatrices } from './gram-matrix.js';
import { type GramPreset, layersOf, shortName } from './layer-presets.js';

export interface GramMetricOptions<Layer extends string = string> extends GramOptions {
  /** The network whose features are compared; it stays the caller's. */
  encoder: Encoder<Layer>;
  /** Which layers, for AlexNet, SqueezeNet 1.1 and VGG-16. Default `'literal'`. */
  preset?: GramPreset;
  /** Instead of a preset. */
  layers?: readonly Layer[];
}

/**
 * The Gram distance over any encoder; lower is better, 0 for equal pictures. A metric as those of sr-metrics are.
 *
 * The variant that the paper leaves open: Gram matrices F F' / (C H W) as in its authors' training code
 * (`normalization: 'johnson'`), of features after the ReLU, in the layers of the preset. The encoder decides the
 * preprocessing: `'lpips'` is that of LPIPS v0.1, `'signed'` that of v0.0, which the paper must have used.
 *
 * @param options see `GramMetricOptions`
 * @returns a metric of (result, reference): pictures, several, or batches `[batch, height, width, 3]` in [0, 1]; the two
 *   may differ in size, as long as the network can take both. Values outside [0, 1] are clipped (not by `loss`).
 *   `metric.report` tells the distance of each layer and region; `metric.loss(prediction, target)` is the mean over the
 *   batch as a differentiable scalar
 * @throws `gram/layers` if the encoder has no preset and no layers are given, `gram/normalization`; the metric itself:
 *   `gram/masks`, `metrics/pairs`, `tensor/shape`, `picture/invalid`, on request `picture/range`
 * @see Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution", ECCV
 *   Workshops 2018, section 7
 * @example
 * const gram = gramMetric({ encoder: await loadSqueezeNet({ preprocessing: 'lpips' }) });
 * const [distance] = await gram(result, reference);
 * const loss = gram.loss(prediction, target); // a scalar tensor
 */
export function gramMetric<Layer extends string>(options: GramMetricOptions<Layer>): EncoderMetric {
  const { preset = 'literal', layers } = options;
  const encoder = options.encoder as unknown as Encoder;
  const name = `gram-${shortName(encoder)}`;
  gramNormalization(options);
  // What a picture's distance is cannot depend on the batch that it is measured in: the tutorial's B is 1.
  const normalization = options.normalization === 'pytorch-tutorial' ? 'johnson' : options.normalization;
  const gram = normalization === undefined ? {} : { normalization };
  return encoderMetric(
    encoder,
    layersOf(encoder, preset, layers),
    {
      describe: (features, guides) =>
        guides === undefined ? gramMatrix(features, gram) : guidedGramMatrices(features, guides, gram),
      compare: (a, b) => {
        const [batch, regions] = a.rank === 4 ? (a as Tensor4D).shape : [a.shape[0]!, 1];
        // The mean is the sum over C^2; row by row, since wasm adds one number after the other (1e-4 for C = 384).
        return reshape(mean(mean(squaredDifference(a, b), -1), -1), [batch, regions]);
      },
      sameSize: false,
    },
    {
      name,
      range: [0, Number.POSITIVE_INFINITY],
      reference: 'Gondal et al., ECCV Workshops 2018, section 7, eq. 5 (Net-G)',
    },
  );
}
