/**
 * Structure-feature distance: how far the features of an extractor of structure are apart (Ma et al., SPSR-P, TPAMI 2021,
 * the loss L^{PixSF} as a metric), on any encoder:
 *
 *   d(x, y) = mean over positions and channels of |F(x) - F(y)|   (`l1`), or of its square (`l2`)
 */
import {
  abs,
  addN,
  mean,
  type Scalar,
  squaredDifference,
  sub,
  type Tensor1D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkImages, checkSameShape, type Encoder } from 'sr-tensor';
import { type DifferentiableMetric, defineMetric, type Images } from './metric.js';
import { type FeatureMetricOptions, measureTensorPairs } from './tensor-pairs.js';

export interface StructureDistanceOptions<Layer extends string = string> {
  /** A structure extractor (`sr-models` has the paper's), or any other. */
  encoder: Encoder<Layer> & { leastSize?(layer: Layer): number };
  /** Their distances are added. Default: the encoder's last. */
  layers?: readonly Layer[];
  /** Default `l1`; the norm is missing in the paper's text. */
  norm?: 'l1' | 'l2';
  /** Default `structure-` and the encoder's name. */
  name?: string;
}

/**
 * The distance of structure features: 0 for equal pictures, lower is better.
 *
 * The metric takes pictures, several, or batches `[batch, height, width, 3]` in [0, 1]; `metric.loss(prediction, target)` is
 * the mean over the batch as a scalar with a gradient.
 *
 * @returns one value a picture
 * @throws when called: `picture/size` if sizes differ or are below what the encoder takes, `metrics/pairs` if the counts
 *   differ, `picture/range` on request
 * @example
 * const structure = structureDistance({ encoder });
 * const [distance] = await structure(result, reference);
 */
export function structureDistance<Layer extends string>({
  encoder,
  layers = encoder.layers.slice(-1),
  norm = 'l1',
  name = `structure-${encoder.encoderName.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
}: StructureDistanceOptions<Layer>): DifferentiableMetric<FeatureMetricOptions> {
  const leastSize = Math.max(1, ...layers.map(layer => encoder.leastSize?.(layer) ?? 1));
  const difference = (a: Tensor4D, b: Tensor4D): Tensor4D => (norm === 'l1' ? abs(sub(a, b)) : squaredDifference(a, b));
  /** One value a picture. */
  const distances = (a: Tensor4D, b: Tensor4D): Tensor1D =>
    tidy(() => {
      const [of, to] = [encoder(a, { layers }), encoder(b, { layers })];
      return addN(layers.map(layer => mean(mean(difference(of[layer], to[layer]), 3), [1, 2]) as Tensor1D));
    });
  return defineMetric(
    async (result: Images, reference: Images, options: FeatureMetricOptions = {}) =>
      Float64Array.from(
        await measureTensorPairs(result, reference, options, { what: name, leastSize }, async (a, b) => {
          const values = distances(a, b);
          const [value] = await values.data();
          values.dispose();
          return value!;
        }),
      ),
    {
      name,
      direction: 'lower',
      range: [0, Number.POSITIVE_INFINITY],
      mode: 'full-reference',
      differentiable: true,
      reference: 'Ma, Rao, Lu, Zhou: Structure-preserving image super-resolution, TPAMI 2021',
      loss: (prediction: Tensor4D, target: Tensor4D): Scalar => {
        checkImages(prediction, `${name}.loss: prediction`);
        checkSameShape(prediction, target, `${name}.loss: prediction and target`);
        return tidy(() => mean(distances(prediction, target)));
      },
    } as const,
  );
}
