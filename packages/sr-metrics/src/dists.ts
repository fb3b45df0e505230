/**
 * Deep image structure and texture similarity (Ding, Ma, Wang, Simoncelli, TPAMI 44(5), 2022), as a distance:
 *
 *   D(x, y) = 1 - sum over stages i and channels j of ( alpha_ij l_ij + beta_ij s_ij )
 *   l = (2 mx my + c) / (mx^2 + my^2 + c),   s = (2 sxy + c) / (sx^2 + sy^2 + c),   c = 1e-6
 *
 * with means, variances and covariance over all positions of a feature map. The stages are the picture itself in [0, 1] and
 * relu1_2, relu2_2, relu3_3, relu4_3, relu5_3 of a VGG-16 whose pools are the roots of blurred squares (`l2` pooling);
 * alpha and beta add up to 1. Pictures whose shorter side is above 256 are made so large first.
 */
import {
  add,
  addN,
  div,
  mean,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, type Encoder, resize, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { type DifferentiableMetric, defineMetric, type Images } from './metric.js';
import { type FeatureMetricOptions, measureTensorPairs } from './tensor-pairs.js';

/** How much each channel of each stage counts, the picture's three first. */
export interface DistsWeights {
  /** Of means. */
  readonly alpha: Float32Array;
  /** Of structure. */
  readonly beta: Float32Array;
}

export interface DistsOptions<Layer extends string = string> {
  /** VGG-16 with the preprocessing `torchvision` and the pooling `l2`. */
  encoder: Encoder<Layer> & { leastSize?(layer: Layer): number };
  /** They need not add up to 1 yet. */
  weights: DistsWeights;
  /** Default: the paper's five. */
  layers?: readonly Layer[];
  /** The shorter side that larger pictures are made to, or `false`. Default 256. */
  resizeTo?: number | false;
}

/** The stages behind the picture, as VGG-16's encoder calls them. */
export const distsLayers: readonly string[] = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3', 'relu5_3'];

/** c1 and c2 of the authors' code. */
const C = 1e-6;

/**
 * DISTS on an encoder: 0 for equal pictures, lower is better.
 *
 * `loadDists()` gives the published one, weights and all. The metric takes pictures, several, or batches
 * `[batch, height, width, 3]` in [0, 1]; `metric.loss(prediction, target)` is the mean over the batch as a scalar with a
 * gradient.
 *
 * @returns one value a picture
 * @throws `metrics/option` if there are not as many weights as channels; when called: `picture/size` if sizes differ or are
 *   below what the network takes, `metrics/pairs` if the counts differ, `picture/range` on request
 * @see https://github.com/dingkeyan93/DISTS; resizing as in piq (bilinear, without antialiasing)
 * @example
 * const weights = { alpha: new Float32Array(7).fill(1), beta: new Float32Array(7).fill(1) };
 * const texture = dists({ encoder, layers: ['first'], weights });
 */
export function dists<Layer extends string>({
  encoder,
  weights: { alpha, beta },
  layers = distsLayers as readonly Layer[],
  resizeTo = 256,
}: DistsOptions<Layer>): DifferentiableMetric<FeatureMetricOptions> {
  const channels = [3, ...layers.map(layer => encoder.geometry(layer).channels)];
  const count = channels.reduce((total, n) => total + n);
  if (alpha.length !== count || beta.length !== count) {
    throw new SrError({
      code: 'metrics/option',
      message: `dists: expected ${count} weights alpha and as many beta (for ${channels.join(', ')} channels), received ${alpha.length} and ${beta.length}. Are they those of another network?`,
    });
  }
  const total = [...alpha, ...beta].reduce((all, weight) => all + weight);
  const shares = (weights: Float32Array, stage: number): Tensor1D => {
    const start = channels.slice(0, stage).reduce((all, n) => all + n, 0);
    return tensor1d(weights.subarray(start, start + channels[stage]!).map(weight => weight / total));
  };
  const leastSize = Math.max(1, ...layers.map(layer => encoder.leastSize?.(layer) ?? 1));

  /** One value a picture. */
  const distances = (a: Tensor4D, b: Tensor4D): Tensor1D =>
    tidy(() => {
      const [x, y] = [a, b].map(images => shrink(images, resizeTo)) as [Tensor4D, Tensor4D];
      const [of, to] = [encoder(x, { layers }), encoder(y, { layers })];
      const stages = [[x, y] as const, ...layers.map(layer => [of[layer], to[layer]] as const)];
      const parts = stages.map(([f, g], i) => {
        const { luminance, structure } = compare(f, g);
        // Of what is missing to 1, so that equal pictures give 0 and small distances lose no digits.
        const missing = add(mul(sub(1, luminance), shares(alpha, i)), mul(sub(1, structure), shares(beta, i)));
        return sum(missing, 1) as Tensor1D;
      });
      return addN(parts);
    });
  return defineMetric(
    async (result: Images, reference: Images, options: FeatureMetricOptions = {}) =>
      Float64Array.from(
        await measureTensorPairs(result, reference, options, { what: 'dists', leastSize }, async (x, y) => {
          const values = distances(x, y);
          const [value] = await values.data();
          values.dispose();
          return value!;
        }),
      ),
    {
      name: 'dists',
      direction: 'lower',
      // Structure is as low as -1.
      range: [0, 2],
      mode: 'full-reference',
      differentiable: true,
      reference: 'Ding, Ma, Wang, Simoncelli: Image quality assessment, TPAMI 44(5), 2022',
      loss: (prediction: Tensor4D, target: Tensor4D): Scalar => {
        checkImages(prediction, 'dists.loss: prediction');
        checkSameShape(prediction, target, 'dists.loss: prediction and target');
        return tidy(() => mean(distances(prediction, target)));
      },
    } as const,
  );
}

/**
 * Reads the weights of DISTS from the tensors of a weight file: `alpha` and `beta`.
 *
 * @throws `weights/missing`
 */
export function readDistsWeights(tensors: ReadonlyMap<string, WeightTensor>): DistsWeights {
  const [alpha, beta] = [tensors.get('alpha'), tensors.get('beta')];
  if (alpha !== undefined && beta !== undefined) return { alpha: alpha.data, beta: beta.data };
  throw new SrError({
    code: 'weights/missing',
    message: `readDistsWeights: expected the tensors alpha and beta, received ${[...tensors.keys()].slice(0, 4).join(', ') || 'none'}.`,
  });
}

/** Similarity of means and of structure, `[batch, channels]` each. */
function compare(f: Tensor4D, g: Tensor4D): { luminance: Tensor2D; structure: Tensor2D } {
  const average = (x: Tensor4D): Tensor4D => mean(x, [1, 2], true);
  const [meanF, meanG] = [average(f), average(g)];
  const [centredF, centredG] = [sub<Tensor4D>(f, meanF), sub<Tensor4D>(g, meanG)];
  const ratio = (product: Tensor4D, squares: Tensor4D): Tensor2D =>
    mean(div(add(mul(product, 2), C), add(squares, C)), [1, 2]);
  return {
    luminance: ratio(mul(meanF, meanG), add(square(meanF), square(meanG))),
    structure: ratio(average(mul(centredF, centredG)), add(average(square(centredF)), average(square(centredG)))),
  };
}

function shrink(images: Tensor4D, side: number | false): Tensor4D {
  const [, height, width] = images.shape;
  if (side === false || Math.min(height, width) <= side) return images;
  const scale = side / Math.min(height, width);
  return resize(images, { scale, preset: 'torch', kernel: 'linear', antialias: false });
}
