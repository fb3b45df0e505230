/**
 * The distance of the features themselves, the twin that the Gram distance is compared with ("Net-F" of Gondal et al.
 * 2018, the baseline of LPIPS without its learnt weights):
 *
 *   d(x, x0) = sum over layers of the mean over positions of || f / |f| - f0 / |f0| ||^2
 *
 * f and f0 are the features of a position, divided by their length over the channels.
 */
import { div, maximum, mean, mul, squaredDifference, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { type EncoderMetric, encoderMetric } from './encoder-metric.js';
import { unitChannels } from './gram-matrix.js';
import { layersOf, shortName } from './layer-presets.js';

export interface FeatureMetricOptions<Layer extends string = string> {
  /** The network whose features are compared; it stays the caller's. */
  encoder: Encoder<Layer>;
  /** Default: all taps of LPIPS, for AlexNet, SqueezeNet 1.1 and VGG-16. */
  layers?: readonly Layer[];
}

/**
 * The feature distance over any encoder ("Net-F"); lower is better, 0 for equal pictures, at most 4 a layer (2 where
 * features are not negative).
 *
 * With masks, the mean over the positions is weighted by the mask of the reference; an empty region counts 0.
 *
 * @returns a metric as `gramMetric` does, for two pictures of one size
 * @throws `gram/layers` if layers are neither given nor known; the metric itself as that of `gramMetric`, and
 *   `picture/size` for sizes that differ
 * @see Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018, eq. 1
 * @example
 * const features = featureMetric({ encoder: await loadAlexNet({ preprocessing: 'lpips' }) });
 * const [distance] = await features(result, reference);
 */
export function featureMetric<Layer extends string>({
  layers,
  ...options
}: FeatureMetricOptions<Layer>): EncoderMetric {
  const encoder = options.encoder as unknown as Encoder;
  const name = `features-${shortName(encoder)}`;
  const used = layersOf(encoder, 'lpips', layers);
  return encoderMetric(
    encoder,
    used,
    {
      describe: features => unitChannels(features),
      compare: (a, b, guides) => {
        const squares = sum(squaredDifference(a, b), 3, true);
        if (guides === undefined) return overPositions(squares);
        // An empty region: 0 divided by something.
        return div(overPositions(mul(squares, guides)), maximum(overPositions(guides), 1e-6));
      },
      sameSize: true,
    },
    {
      name,
      range: [0, 4 * used.length],
      reference: 'Gondal et al., ECCV Workshops 2018 (Net-F); Zhang et al., CVPR 2018, the baseline without weights',
    },
  );
}

/** The mean, row by row: wasm adds one number after the other. */
function overPositions(x: Tensor): Tensor2D {
  return mean(mean(x, 2), 1);
}
