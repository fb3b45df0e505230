/**
 * Frechet distance of feature statistics (Heusel et al., "GANs trained by a two time-scale update rule", NIPS 2017; there
 * on Inception's features, here on those of any encoder):
 *
 *   d^2 = |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))
 */
import { mean, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { type Encoder, pictureToTensor, SrError } from 'sr-tensor';
import type { Images } from './metric.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** What is kept of a set of pictures: as many numbers as a feature's square, however many pictures. */
export interface FeatureStatistics {
  readonly count: number;
  readonly mean: Float64Array;
  /** `channels x channels`, divided by the count less one. */
  readonly covariance: Float64Array;
}

/** Running statistics of the features of pictures, which are not kept. */
export interface FeatureCollector {
  /** Takes a picture, several, or a batch `[batch, height, width, 3]` in [0, 1] (not disposed). */
  add(images: Images): Promise<void>;
  /** @throws `metrics/pairs` before two pictures were taken */
  statistics(): FeatureStatistics;
}

export interface FeatureCollectorOptions<Layer extends string> {
  /** Not disposed. */
  readonly encoder: Encoder<Layer>;
  /** Its means over all positions are the features of a picture. */
  readonly layer: Layer;
}

/**
 * Collects mean and covariance of the features of any number of pictures.
 *
 * @example
 * const results = collectFeatures({ encoder, layer: encoder.layers[0]! });
 * const references = collectFeatures({ encoder, layer: encoder.layers[0]! });
 * for (const pair of pairs) {
 *   await results.add([pair.result, picture]);
 *   await references.add([pair.reference, picture]);
 * }
 * const distance = frechetDistance(results.statistics(), references.statistics());
 */
export function collectFeatures<Layer extends string>({
  encoder,
  layer,
}: FeatureCollectorOptions<Layer>): FeatureCollector {
  const { channels } = encoder.geometry(layer);
  const means = new Float64Array(channels);
  // Sums of products of differences from the mean so far (Welford's way).
  const products = new Float64Array(channels * channels);
  let count = 0;

  const addFeature = (feature: ArrayLike<number>): void => {
    count++;
    const before = means.map((value, i) => feature[i]! - value);
    for (let i = 0; i < channels; i++) means[i]! += before[i]! / count;
    for (let i = 0; i < channels; i++) {
      for (let j = 0; j < channels; j++) products[i * channels + j]! += before[i]! * (feature[j]! - means[j]!);
    }
  };
  const addBatch = async (images: Tensor4D): Promise<void> => {
    const pooled = tidy(() => mean(encoder(images, { layers: [layer] })[layer], [1, 2]) as Tensor2D);
    const values = await pooled.data();
    pooled.dispose();
    for (let i = 0; i < values.length; i += channels) addFeature(values.subarray(i, i + channels));
  };

  return {
    async add(images) {
      if ('shape' in images) return addBatch(images);
      for (const picture of 'data' in images ? [images] : images) {
        const tensor = pictureToTensor(picture);
        await addBatch(tensor).finally(() => tensor.dispose());
      }
    },
    statistics() {
      if (count < 2) {
        throw new SrError({
          code: 'metrics/pairs',
          message: `collectFeatures: expected at least two pictures for a covariance, received ${count}.`,
        });
      }
      return { count, mean: means.slice(), covariance: products.map(value => value / (count - 1)) };
    },
  };
}

/**
 * The squared Frechet distance of two sets of features, as tables print it; lower is better, equal statistics give 0.
 *
 * Values of few pictures are too large: compare only sets of one size, best of far more pictures than channels.
 *
 * @throws `metrics/pairs` if the statistics have different numbers of channels
 */
export function frechetDistance(a: FeatureStatistics, b: FeatureStatistics): number {
  const size = a.mean.length;
  if (b.mean.length !== size) {
    throw new SrError({
      code: 'metrics/pairs',
      message: `frechetDistance: expected features of one length, received ${size} and ${b.mean.length}. Take both from one layer.`,
    });
  }
  let sum = 0;
  for (let i = 0; i < size; i++) {
    sum += (a.mean[i]! - b.mean[i]!) ** 2 + a.covariance[i * size + i]! + b.covariance[i * size + i]!;
  }
  return Math.max(0, sum - 2 * traceOfRoot(a.covariance, b.covariance, size));
}

/**
 * tr (A B)^(1/2) = tr (R B R)^(1/2) with R = A^(1/2): a symmetric matrix, whose eigenvalues are not negative.
 *
 * In the basis of A's eigenvectors its entries are v_i' B v_j sqrt(l_i l_j); where A has no value there is nothing, so that it
 * is as small as A's rank, at most the number of pictures.
 */
function traceOfRoot(a: Float64Array, b: Float64Array, size: number): number {
  const { values, vectors } = symmetricEigen(a, size);
  const noise = Number.EPSILON * size * values.reduce((most, value) => Math.max(most, value), 0);
  const kept = Array.from(values.keys()).filter(i => values[i]! > noise);
  const roots = kept.map(i => Math.sqrt(values[i]!));
  const axes = kept.map(i => vectors.subarray(i * size, (i + 1) * size));
  const turned = new Float64Array(kept.length ** 2);
  for (const [i, axis] of axes.entries()) {
    const product = multiply(axis, b, size);
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += product[k]! * axes[j]![k]!;
      const scaled = sum * roots[i]! * roots[j]!;
      turned[i * kept.length + j] = scaled;
      turned[j * kept.length + i] = scaled;
    }
  }
  return symmetricEigen(turned, kept.length).values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** v' B. */
function multiply(vector: Float64Array, matrix: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const factor = vector[k]!;
    for (let j = 0; j < size; j++) out[j]! += factor * matrix[k * size + j]!;
  }
  return out;
}
