/** Networks whose inner feature maps can be asked for: discriminators and structure extractors. */
import { type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import {
  type ApplyContext,
  checkShape,
  type Encoder,
  type FeatureGeometry,
  type ParameterSpecs,
  type Parameters,
  type Scope,
  SrError,
} from 'sr-tensor';

/** A network as data: named parameters and a pure function from a batch to named feature maps. */
export interface TappedNetwork {
  /** The family; with `config` it rebuilds the network. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Channels of the input, 3 for images. */
  readonly channels: number;
  readonly parameters: ParameterSpecs;
  /** Where each map that can be asked for lies, in the order in which they are computed. */
  readonly taps: Readonly<Record<string, FeatureGeometry>>;
  /** The taps that an encoder has unless it is told otherwise. */
  readonly layers: readonly string[];
  /**
   * The maps `[batch, height', width', channels']` of these taps, computed only as deep as asked. Intermediate values are
   * the caller's to tidy.
   */
  features(x: Tensor4D, p: Scope, context: ApplyContext, layers: readonly string[]): Record<string, Tensor4D>;
}

export interface EncoderOfOptions {
  /** Default: the network's own choice, for a discriminator its convolutions. */
  readonly layers?: readonly string[];
  /**
   * How batch norms normalise. Default `'training'`: by the statistics of the batch. Either way running statistics are left
   * alone.
   */
  readonly mode?: ApplyContext['mode'];
}

/**
 * A network's taps as an encoder, for losses on features: those of a discriminator or of a structure extractor.
 *
 * It reads the parameters as they are at each call, and never owns them: `dispose` does nothing.
 *
 * @param model a discriminator or structure extractor with its parameters
 * @throws `layer/unknown`; the encoder throws `layer/unknown` and `tensor/shape`
 * @example
 * const network = nse();
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 * const loss = structureLoss({ encoder: encoderOf({ network, parameters }) })(prediction, target);
 */
export function encoderOf(
  { network, parameters }: { readonly network: TappedNetwork; readonly parameters: Parameters },
  { layers = network.layers, mode = 'training' }: EncoderOfOptions = {},
): Encoder {
  checkTaps(network, layers);
  const encode = (images: Tensor4D, options: { layers: readonly string[] }): Record<string, Tensor4D> => {
    checkInput(network, images);
    checkTaps(network, options.layers);
    const context: ApplyContext = { mode, update() {} };
    return tidy(() => network.features(images, parameters.scope(), context, options.layers));
  };
  return Object.assign(encode, {
    encoderName: network.name,
    layers,
    geometry: (layer: string): FeatureGeometry => {
      checkTaps(network, [layer]);
      return network.taps[layer]!;
    },
    dispose: () => {},
  });
}

/** Throws `tensor/shape` unless `x` is a batch with the network's number of channels. */
export function checkInput({ name, channels }: Pick<TappedNetwork, 'name' | 'channels'>, x: Tensor4D): void {
  checkShape(x, `[batch, height, width, ${channels}]`, name);
}

/** Throws `layer/unknown` unless the network has all these taps. */
export function checkTaps({ name, taps }: Pick<TappedNetwork, 'name' | 'taps'>, layers: readonly string[]): void {
  for (const layer of layers) {
    if (Object.hasOwn(taps, layer)) continue;
    throw new SrError({
      code: 'layer/unknown',
      message: `${name}: expected one of the layers ${Object.keys(taps).join(', ')}; received "${layer}".`,
    });
  }
}

/** Behind a window, neighbours are `stride` times further apart and see (kernel - 1) more of the former distances. */
export function slideGeometry(
  at: Required<FeatureGeometry>,
  { kernel, stride, padding, channels }: { kernel: number; stride: number; padding: number; channels: number },
): Required<FeatureGeometry> {
  return {
    channels,
    stride: at.stride * stride,
    receptiveField: at.receptiveField + (kernel - 1) * at.stride,
    start: at.start - padding * at.stride,
  };
}
