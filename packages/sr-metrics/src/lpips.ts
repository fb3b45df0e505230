/**
 * Learned perceptual image patch similarity (Zhang, Isola, Efros, Shechtman, Wang, CVPR 2018):
 *
 *   d(x, y) = sum over layers l of the mean over positions of  sum over channels c of w_lc (x^_lc - y^_lc)^2
 *
 * with x^ = f / |f|, the features of a position made a vector of length 1. `w` are the linear layers that were trained on
 * people's judgements; the baseline has w = 1. Layers are summed, not averaged, as in the authors' code.
 *
 * | version | what the network sees |
 * |---|---|
 * | 0.1 (July 2019) | (2x - 1 - shift) / scale, about ImageNet's mean and deviation: the preprocessing `lpips` |
 * | 0.0 (tables of 2018) | 2x - 1: the preprocessing `signed` |
 */
import {
  addN,
  matMul,
  mean,
  reshape,
  type Scalar,
  sum,
  type Tensor1D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, type Encoder, resize, SrError } from 'sr-tensor';
import type { LpipsLinear, LpipsNetwork } from './lpips-linear.js';
import { type DifferentiableMetric, type DistanceMap, defineMetric, type Images } from './metric.js';
import { type FeatureMetricOptions, measureTensorPairs } from './tensor-pairs.js';
import { unitDifference } from './unit-difference.js';

export interface LpipsOptions<Layer extends string = string> {
  /** With the preprocessing `lpips` for version 0.1, `signed` for 0.0. */
  encoder: Encoder<Layer> & { leastSize?(layer: Layer): number };
  /** The linear layers, or `none` for the baseline. */
  linear: LpipsLinear | 'none';
  /** As many as there are linear layers. Default: those of the paper for its three networks, else all. */
  layers?: readonly Layer[];
  /** Default `lpips-alex`, `lpips-squeeze`, `lpips-vgg`, with `-baseline` behind it where there are no linear layers. */
  name?: string;
}

export interface Lpips<Layer extends string = string> extends DifferentiableMetric<FeatureMetricOptions> {
  /** The part of each layer, by its name: their sum is the distance. */
  byLayer(result: Images, reference: Images, options?: FeatureMetricOptions): Promise<Record<Layer, Float64Array>>;
  /**
   * The distance at every pixel, for a heat map: the layers' maps enlarged to the picture (bilinear) and summed. Its mean
   * is near the distance, not equal to it, since enlarging weighs the border differently.
   */
  map(result: Images, reference: Images, options?: FeatureMetricOptions): Promise<DistanceMap[]>;
}

/** The layers of the paper (conv1 to conv5 of AlexNet, and so on), behind their ReLU, as the encoders call them. */
export const lpipsLayers: Readonly<Record<LpipsNetwork, readonly string[]>> = {
  alex: ['relu1', 'relu2', 'relu3', 'relu4', 'relu5'],
  squeeze: ['relu1', 'fire3', 'fire5', 'fire6', 'fire7', 'fire8', 'fire9'],
  vgg: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3', 'relu5_3'],
};

/**
 * LPIPS on any network: a distance, 0 for equal pictures, lower is better.
 *
 * `loadLpips({ network: 'alex' })` gives the published ones, weights and all. The metric takes pictures, several, or
 * batches `[batch, height, width, 3]` in [0, 1]; `metric.loss(prediction, target)` is the mean over the batch as a scalar
 * with a gradient.
 *
 * @returns one value a picture
 * @throws `metrics/option` if linear layers and layers do not fit each other; when called: `picture/size` if sizes differ
 *   or are below what the network takes, `metrics/pairs` if the counts differ, `picture/range` on request
 * @see https://github.com/richzhang/PerceptualSimilarity, lpips/lpips.py
 * @example
 * const perceptual = lpips({ encoder, linear: 'none' });
 * const [distance] = await perceptual(result, reference);
 */
export function lpips<Layer extends string>({ encoder, linear, ...options }: LpipsOptions<Layer>): Lpips<Layer> {
  const network = networks[encoder.encoderName];
  const layers = options.layers ?? (network && (lpipsLayers[network] as readonly Layer[])) ?? encoder.layers;
  const name = options.name ?? `lpips-${network ?? nameOf(encoder)}${linear === 'none' ? '-baseline' : ''}`;
  checkLinear(encoder, layers, linear);
  const leastSize = Math.max(1, ...layers.map(layer => encoder.leastSize?.(layer) ?? 1));

  /** The map of each layer: `[batch, height', width', 1]`, in the order of the layers. */
  const maps = (a: Tensor4D, b: Tensor4D): Tensor4D[] => {
    const [of, to] = [encoder(a, { layers }), encoder(b, { layers })];
    return layers.map((layer, i) => layerDistance(of[layer], to[layer], linear === 'none' ? undefined : linear[i]!));
  };
  const means = (a: Tensor4D, b: Tensor4D): Tensor1D[] =>
    // Row by row, since wasm adds one number after the other.
    tidy(() => maps(a, b).map(map => mean(mean(map, 2), [1, 2]) as Tensor1D));
  const measure = async (a: Tensor4D, b: Tensor4D): Promise<number[]> => {
    const tensors = means(a, b);
    try {
      return await Promise.all(tensors.map(async tensor => (await tensor.data())[0]!));
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  };
  const parts = (result: Images, reference: Images, given: FeatureMetricOptions = {}): Promise<number[][]> =>
    measureTensorPairs(result, reference, given, { what: name, leastSize }, measure);

  return defineMetric(
    async (result: Images, reference: Images, given?: FeatureMetricOptions) =>
      Float64Array.from(await parts(result, reference, given), values =>
        values.reduce((total, value) => total + value),
      ),
    {
      name,
      direction: 'lower',
      // Vectors of length 1 are at most 2 apart.
      range: [0, linear === 'none' ? 4 * layers.length : Number.POSITIVE_INFINITY],
      mode: 'full-reference',
      differentiable: true,
      reference: 'Zhang, Isola, Efros, Shechtman, Wang: The unreasonable effectiveness of deep features, CVPR 2018',
      loss: (prediction: Tensor4D, target: Tensor4D): Scalar => {
        checkImages(prediction, `${name}.loss: prediction`);
        checkSameShape(prediction, target, `${name}.loss: prediction and target`);
        return tidy(() => addN<Scalar>(means(prediction, target).map(values => mean(values))));
      },
      byLayer: async (result: Images, reference: Images, given?: FeatureMetricOptions) => {
        const values = await parts(result, reference, given);
        const columns = layers.map((layer, i) => [layer, Float64Array.from(values, row => row[i]!)]);
        return Object.fromEntries(columns) as Record<Layer, Float64Array>;
      },
      map: (result: Images, reference: Images, given: FeatureMetricOptions = {}) =>
        measureTensorPairs(result, reference, given, { what: name, leastSize }, async (a, b) => {
          const [, height, width] = a.shape;
          const enlarged = tidy(() =>
            addN(maps(a, b).map(map => resize(map, { height, width, preset: 'torch', kernel: 'linear' }))),
          );
          const data = (await enlarged.data()) as Float32Array;
          enlarged.dispose();
          return { data, width, height };
        }),
    } as const,
  );
}

/** What the encoders call the networks of the paper. */
const networks: Readonly<Record<string, LpipsNetwork>> = { alexnet: 'alex', squeezenet1_1: 'squeeze', vgg16: 'vgg' };

/** The distance at each position: `[batch, height, width, 1]`. */
function layerDistance(a: Tensor4D, b: Tensor4D, weights: Float32Array | undefined): Tensor4D {
  const difference = unitDifference(a, b);
  if (weights === undefined) return sum(difference, 3, true);
  const [batch, height, width, channels] = a.shape;
  const weighted = matMul(reshape(difference, [-1, channels]), tensor2d(weights, [channels, 1]));
  return reshape(weighted, [batch, height, width, 1]);
}

/** As the names of metrics are: small letters, digits and hyphens. */
function nameOf({ encoderName }: { encoderName: string }): string {
  return encoderName.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function checkLinear<Layer extends string>(
  encoder: Encoder<Layer>,
  layers: readonly Layer[],
  linear: LpipsLinear | 'none',
): void {
  const channels = layers.map(layer => encoder.geometry(layer).channels);
  if (layers.length > 0 && (linear === 'none' || channels.join() === linear.map(({ length }) => length).join())) return;
  const received = linear === 'none' ? 'no layers' : `weights for ${linear.map(({ length }) => length).join(', ')}`;
  throw new SrError({
    code: 'metrics/option',
    message: `lpips: expected linear layers for the ${channels.join(', ')} channels of ${layers.join(', ')} in ${encoder.encoderName}, received ${received}. Are they those of another network?`,
  });
}
