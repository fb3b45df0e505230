import { type FeatureEncoder, type FileOptions, findAsset, type LoadEncoderOptions, loadVgg16 } from 'sr-features';
import { readWeights } from 'sr-tensor/weights';
import { type DistsWeights, dists, distsLayers, readDistsWeights } from './dists.js';
import type { DifferentiableMetric } from './metric.js';
import type { FeatureMetricOptions } from './tensor-pairs.js';

export interface LoadDistsOptions extends FileOptions {
  /** VGG-16's weights, if not the published ones; see `loadEncoder` of `sr-features`. */
  weights?: NonNullable<LoadEncoderOptions['weights']>;
  /** Alpha and beta, if not the published ones. */
  distsWeights?: DistsWeights;
  /** The shorter side that larger pictures are made to, or `false`. Default 256. */
  resizeTo?: number | false;
}

/** A metric with the network that it owns. */
export interface LoadedDists extends DifferentiableMetric<FeatureMetricOptions> {
  readonly encoder: FeatureEncoder;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * DISTS as published: loads VGG-16 and the weights of its channels, from wherever `loadLpips` looks too.
 *
 * @returns the metric; `dispose` frees the network
 * @throws `weights/unavailable` offline (names the file, its hash and where to put it), and what `loadEncoder` throws
 * @example
 * const texture = await loadDists();
 * const [distance] = await texture(result, reference);
 * texture.dispose();
 */
export async function loadDists({
  weights,
  distsWeights,
  resizeTo = 256,
  ...files
}: LoadDistsOptions = {}): Promise<LoadedDists> {
  const shares = distsWeights ?? readDistsWeights(readWeights((await findAsset('dists', files)).bytes).tensors);
  const encoder = await loadVgg16({
    ...files,
    preprocessing: 'torchvision',
    pooling: 'l2',
    layers: distsLayers,
    ...(weights !== undefined && { weights }),
  });
  const dispose = (): void => encoder.dispose();
  return Object.assign(dists({ encoder, weights: shares, resizeTo }), { encoder, dispose, [Symbol.dispose]: dispose });
}
