/** The metrics for people without tensors: pictures in, a number out. Backend and network are looked after. */
import { engine } from '@tensorflow/tfjs-core';
import { loadAlexNet, loadSqueezeNet, loadVgg16, type Preprocessing } from 'sr-features';
import { type Encoder, type Picture, SrError } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import type { DistanceReport, EncoderMetric, MaskOptions } from './encoder-metric.js';
import { featureMetric } from './feature-metric.js';
import { type GramNormalization, gramNormalization } from './gram-matrix.js';
import { gramMetric } from './gram-metric.js';
import type { GuideMode } from './layer-guides.js';
import { type GramPreset, presetLayers } from './layer-presets.js';
import { type PictureLike, toPicture } from './to-picture.js';

export interface NetworkOptions {
  /** Whose features are compared. Default `'squeeze'` (SqueezeNet 1.1, 2.9 MB). */
  network?: 'squeeze' | 'alex' | 'vgg16';
  /**
   * What the network is shown: `'lpips'` (default), the scaling of LPIPS v0.1; `'signed'`, pictures in [-1, 1], that of
   * v0.0, which the first publication of the distance must have used.
   */
  preprocessing?: Preprocessing;
  /** Path or address of the weights, if not in SR_WEIGHTS_DIR, the cache or at their publisher; see `loadEncoder`. */
  weights?: string | URL;
  /** A folder of an own server with the published weight files, for browsers. */
  baseUrl?: string | URL;
  signal?: AbortSignal;
}

export interface DistanceOptions<Source = PictureLike> extends NetworkOptions {
  /** Compares region by region: a grey picture each, white inside. */
  masks?: readonly Source[] | { readonly result: readonly Source[]; readonly reference: readonly Source[] };
  /** How masks reach a layer. Default `'resize'`. */
  guides?: GuideMode;
  /** Refuses NaN and values outside [0, 1] instead of clipping; 8 and 16 bits have none. Default false. */
  checkRange?: boolean;
}

export interface GramDistanceOptions<Source = PictureLike> extends DistanceOptions<Source> {
  /** Which layers. Default `'literal'`. */
  preset?: GramPreset;
  /** Instead of a preset. */
  layers?: readonly string[];
  /** Default `'johnson'`. */
  normalization?: GramNormalization;
}

/**
 * The Gram distance of two pictures: how much their textures differ, 0 for equal pictures.
 *
 * The variant is that of `gramMetric`, over SqueezeNet 1.1 with the preprocessing of LPIPS v0.1. The network is loaded at
 * the first call and kept (`releaseNetworks` frees it); if no backend of tfjs is in use yet, the best one is selected.
 *
 * @param result a `Picture`, an `ImageData`, `{ data, width, height }` with a typed array, a canvas, an image element, an
 *   `ImageBitmap` or a `Blob`; grey counts as three equal channels, alpha is left out
 * @param reference likewise; it may have another size
 * @returns from 0 up; comparable within one network, preset and normalisation only
 * @throws `picture/invalid`, `gram/layers`, `gram/normalization`, `gram/masks`, `gram/network`, `weights/unavailable` (with
 *   the file that is missing and where to put it), `tensor/shape` (with the least size) for pictures too small for the
 *   network, on request `picture/range`, `aborted`
 * @see Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution", ECCV
 *   Workshops 2018, section 7
 * @example
 * const distance = await gramDistance(result, reference);
 */
export async function gramDistance(
  result: PictureLike,
  reference: PictureLike,
  options: GramDistanceOptions = {},
): Promise<number> {
  return (await gramReport(result, reference, options)).distance;
}

/**
 * The Gram distance of two pictures and what it is made of: the distance in each layer, with masks in each region.
 *
 * @throws as `gramDistance`
 * @example
 * const { distance, layers } = await gramReport(result, reference, { preset: 'inner' });
 */
export async function gramReport(
  result: PictureLike,
  reference: PictureLike,
  options: GramDistanceOptions = {},
): Promise<DistanceReport> {
  const { preset = 'literal', normalization = 'johnson' } = options;
  const { encoderName } = knownNetwork(options);
  const layers = options.layers ?? presetLayers(encoderName, preset);
  // Before a network is loaded, or downloaded, for nothing.
  gramNormalization({ normalization });
  return measure(result, reference, layers, options, encoder => gramMetric({ encoder, layers, normalization }));
}

/**
 * The feature distance of two pictures of one size, the Gram distance's twin; see `featureMetric`.
 *
 * @throws as `gramDistance`, and `picture/size`
 * @example
 * const distance = await featureDistance(result, reference, { network: 'alex' });
 */
export async function featureDistance(
  result: PictureLike,
  reference: PictureLike,
  options: DistanceOptions = {},
): Promise<number> {
  const layers = presetLayers(knownNetwork(options).encoderName, 'lpips');
  const report = await measure(result, reference, layers, options, encoder => featureMetric({ encoder, layers }));
  return report.distance;
}

/** Frees the networks that the functions above have loaded. */
export async function releaseNetworks(): Promise<void> {
  const encoders = [...loaded.values()];
  loaded.clear();
  for (const encoder of await Promise.allSettled(encoders)) {
    if (encoder.status === 'fulfilled') encoder.value.dispose();
  }
}

const networks = {
  squeeze: { encoderName: 'squeezenet1_1', load: loadSqueezeNet },
  alex: { encoderName: 'alexnet', load: loadAlexNet },
  vgg16: { encoderName: 'vgg16', load: loadVgg16 },
} as const;

/** By network, preprocessing and layers. */
const loaded = new Map<string, Promise<Encoder>>();

function knownNetwork({ network = 'squeeze' }: NetworkOptions): (typeof networks)[keyof typeof networks] {
  if (Object.hasOwn(networks, network)) return networks[network];
  throw new SrError({
    code: 'gram/network',
    message: `network: expected ${Object.keys(networks).join(', ')}, received "${network}". Other encoders are taken by gramMetric({ encoder, layers }).`,
  });
}

async function measure(
  result: PictureLike,
  reference: PictureLike,
  layers: readonly string[],
  options: DistanceOptions,
  metricOf: (encoder: Encoder) => EncoderMetric,
): Promise<DistanceReport> {
  const [a, b] = [await toPicture(result, 'result'), await toPicture(reference, 'reference')];
  const masks = await masksOf(options);
  const metric = metricOf(await encoderOf(layers, options));
  const { guides = 'resize', checkRange = false } = options;
  const [report] = await metric.report(a, b, { ...masks, guides, checkRange });
  return report!;
}

async function masksOf({ masks }: DistanceOptions): Promise<MaskOptions> {
  if (masks === undefined) return {};
  const pictures = (list: readonly PictureLike[]): Promise<Picture[]> =>
    Promise.all(list.map(mask => toPicture(mask, 'masks')));
  if (!('result' in masks)) return { masks: await pictures(masks) };
  return { masks: { result: await pictures(masks.result), reference: await pictures(masks.reference) } };
}

/** The network, kept from the call that loaded it. */
async function encoderOf(layers: readonly string[], options: NetworkOptions): Promise<Encoder> {
  const { preprocessing = 'lpips', weights, baseUrl, signal } = options;
  const { load, encoderName } = knownNetwork(options);
  // A program that never heard of tfjs has chosen no backend.
  if (!engine().backendName) await selectBackend();
  const key = [encoderName, preprocessing, weights, baseUrl, ...layers].join();
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const places = { ...(weights && { weights }), ...(baseUrl && { baseUrl }), ...(signal && { signal }) };
  const loading = load({ preprocessing, layers, ...places });
  loaded.set(key, loading);
  // The next call tries again.
  loading.catch(() => loaded.delete(key));
  return loading;
}
