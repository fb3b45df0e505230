/**
 * The Gram distance of two pictures, "Net-G" of Gondal et al. 2018, section 7:
 *
 *   d(x, x0) = sum over layers l of (1 / C_l^2) sum over i, j of (G_ij^l - A_ij^l)^2               (their eq. 5)
 *
 * with G and A the normalized Gram matrices of the features of both pictures in layer l, of C_l channels. What the
 * paper leaves open is an option here; FORMULA.md lists it.
 */
import { mean, reshape, squaredDifference, type Tensor4D } from '@tensorflow/tfjs-core';
import { type DistanceMap, type Encoder, type Images, SrError } from 'sr-tensor';
import { type EncoderMetric, encoderMetric, type MeasureOptions, measurePairs } from './encoder-metric.js';
import { gramDistanceMap } from './gram-map.js';
import {
  type GramNormalizationInfo,
  type GramOptions,
  gramMatrix,
  gramNormalization,
  guidedGramMatrices,
} from './gram-matrix.js';
import { type GramPreset, layersOf, shortName } from './layer-presets.js';

export interface GramMetricOptions<Layer extends string = string> extends GramOptions {
  /** The network whose features are compared; it stays the caller's. */
  encoder: Encoder<Layer>;
  /** Which layers, for AlexNet, SqueezeNet 1.1 and VGG-16. Default `'literal'`. */
  preset?: GramPreset;
  /** Instead of a preset. */
  layers?: readonly Layer[];
}

export interface GramMapOptions extends Pick<MeasureOptions, 'checkRange'> {
  /** The deviation of the Gaussian window in pixels, above 0. Default 8. */
  window?: number;
}

/** The Gram distance as a metric, and where pictures differ by it. */
export interface GramMetric extends EncoderMetric {
  /**
   * The distance of Gram matrices of the surroundings of every pixel, for a heat map (`FORMULA.md`); pictures of one size.
   *
   * @throws `picture/size` for sizes that differ, `gram/normalization` for `frobenius`, which is of whole matrices,
   *   `gram/window`, and what the metric throws
   */
  map(result: Images, reference: Images, options?: GramMapOptions): Promise<DistanceMap[]>;
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
export function gramMetric<Layer extends string>(options: GramMetricOptions<Layer>): GramMetric {
  const { preset = 'literal', layers } = options;
  const encoder = options.encoder as unknown as Encoder;
  const name = `gram-${shortName(encoder)}`;
  const info = gramNormalization(options);
  const used = layersOf(encoder, preset, layers);
  // What a picture's distance is cannot depend on the batch that it is measured in: the tutorial's B is 1.
  const normalization = options.normalization === 'pytorch-tutorial' ? 'johnson' : options.normalization;
  const gram = normalization === undefined ? {} : { normalization };
  const metric = encoderMetric(
    encoder,
    used,
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

  const map: GramMetric['map'] = (result, reference, { window = DEFAULT_WINDOW, checkRange = false } = {}) => {
    checkMap(name, info, window);
    return measurePairs(result, reference, { name, checkRange, sameSize: true }, async (a, b) => {
      const tensor = gramDistanceMap(a, b, { encoder, layers: used, normalization: info, window });
      const data = (await tensor.data()) as Float32Array;
      tensor.dispose();
      return mapsOf(data, a.shape);
    });
  };
  return Object.assign(metric, { map });
}

/** Pixels: most of the weight lies in 32 x 32. */
const DEFAULT_WINDOW = 8;

function checkMap(name: string, { matrix }: GramNormalizationInfo, window: number): void {
  if (matrix === 'frobenius') {
    throw new SrError({
      code: 'gram/normalization',
      message: `${name}.map: expected a normalization that is the same everywhere, received "frobenius", which divides by the length of a whole matrix.`,
    });
  }
  if (!(window > 0)) {
    throw new SrError({ code: 'gram/window', message: `${name}.map: expected a window above 0, received ${window}.` });
  }
}

function mapsOf(data: Float32Array, [batch, height, width]: readonly number[]): DistanceMap[] {
  const size = height! * width!;
  return Array.from({ length: batch! }, (_, i) => ({
    data: data.subarray(i * size, (i + 1) * size),
    width: width!,
    height: height!,
  }));
}
