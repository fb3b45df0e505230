import {
  type FeatureEncoder,
  type FileOptions,
  findAsset,
  type LoadEncoderOptions,
  loadAlexNet,
  loadSqueezeNet,
  loadVgg16,
} from 'sr-features';
import { readWeights } from 'sr-tensor/weights';
import { type Lpips, lpips, lpipsLayers } from './lpips.js';
import { type LpipsLinear, type LpipsNetwork, readLpipsLinear } from './lpips-linear.js';

/** The published versions of the linear layers, and of what the network sees. */
export type LpipsVersion = '0.0' | '0.1';

export interface LoadLpipsOptions extends FileOptions {
  /** Default `alex`, as the authors advise for comparing pictures. */
  network?: LpipsNetwork;
  /** Default `0.1`; `0.0` is what tables of 2018 used. */
  version?: LpipsVersion;
  /** Leaves the linear layers out. Default false. */
  baseline?: boolean;
  /** The network's weights, if not the published ones; see `loadEncoder` of `sr-features`. */
  weights?: NonNullable<LoadEncoderOptions['weights']>;
  /** The linear layers, if not the published ones: what `trainLpips` gives, for instance. */
  linear?: LpipsLinear;
}

/** A metric with the network that it owns. */
export interface LoadedLpips extends Lpips {
  readonly encoder: FeatureEncoder;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * LPIPS as published: loads the network and its linear layers.
 *
 * In Node they are looked for in the folders of SR_WEIGHTS_DIR and in the cache, then downloaded; in browsers they come
 * from `baseUrl` or their publishers.
 *
 * @returns the metric; `dispose` frees the network
 * @throws `weights/unavailable` offline (names the file, its hash and where to put it), and what `loadEncoder` throws
 * @example
 * const perceptual = await loadLpips({ network: 'alex' });
 * const [distance] = await perceptual(result, reference);
 * perceptual.dispose();
 */
export async function loadLpips({
  network = 'alex',
  version = '0.1',
  baseline = false,
  weights,
  linear: given,
  ...files
}: LoadLpipsOptions = {}): Promise<LoadedLpips> {
  const linear = baseline ? 'none' : (given ?? (await loadLpipsLinear(network, { version, ...files })));
  const encoder = await loaders[network]({
    ...files,
    preprocessing: version === '0.1' ? 'lpips' : 'signed',
    layers: lpipsLayers[network],
    ...(weights !== undefined && { weights }),
  });
  const dispose = (): void => encoder.dispose();
  const name = `lpips-${network}${version === '0.0' ? '-v0-0' : ''}${baseline ? '-baseline' : ''}`;
  return Object.assign(lpips({ encoder, linear, layers: lpipsLayers[network], name }), {
    encoder,
    dispose,
    [Symbol.dispose]: dispose,
  });
}

/**
 * The published linear layers of LPIPS; see `loadLpips`.
 *
 * @example
 * const linear = await loadLpipsLinear('squeeze', { version: '0.0' });
 */
export async function loadLpipsLinear(
  network: LpipsNetwork,
  { version = '0.1', ...files }: FileOptions & { version?: LpipsVersion } = {},
): Promise<LpipsLinear> {
  const { bytes } = await findAsset(`lpips-${network}-v${version}`, files);
  return readLpipsLinear(readWeights(bytes).tensors, network);
}

const loaders = { alex: loadAlexNet, squeeze: loadSqueezeNet, vgg: loadVgg16 };
