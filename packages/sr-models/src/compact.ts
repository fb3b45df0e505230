/**
 * A compact network for enlargement: a plain stack of 3x3 convolutions at the size of the input, whose last layer gives
 * `3 * scale^2` channels that a pixel shuffle arranges as what the enlarged input lacks.
 *
 *   y = enlarge(x) + shuffle(tail(relu(body.7(... relu(body.0(relu(head(x))))))))
 *
 * The residual form follows VDSR (Kim et al. 2016, section 3.1), the sub-pixel convolution ESPCN (Shi et al. 2016).
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  conv2d,
  defineNetwork,
  type Initializer,
  kaimingNormal,
  type Network,
  type ParameterSpec,
  pixelShuffle,
  toTensorflowOrder,
  zeros,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from './config.js';
import { enlarge, enlargeRadius, type Interpolation, interpolations } from './enlarge.js';

/** Shape of a compact network. */
export interface CompactConfig {
  /** The enlargement, 1 to 8; default 4. */
  readonly scale?: number;
  /** Channels of every inner layer; default 32. */
  readonly channels?: number;
  /** Inner layers between head and tail; default 8. */
  readonly depth?: number;
  /** How the input is enlarged that the network adds to; default `bilinear`. */
  readonly base?: Interpolation;
}

/**
 * A compact network: head, `depth` inner layers and tail, all 3x3 convolutions with zero padding and biases, ReLU after
 * each but the tail.
 *
 * Parameters, as PyTorch would name them: `head.weight`, `head.bias`, `body.0.weight`, `body.0.bias`, ...,
 * `tail.weight`, `tail.bias`; 88,752 numbers with the defaults. The tail starts a tenth as strong as the other layers,
 * so that an untrained network is close to its base interpolation.
 *
 * @param config scale (default 4), channels (32), depth (8), base (`bilinear`)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = compact({ scale: 2, channels: 16, depth: 4 });
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 */
export function compact(config: CompactConfig = {}): Network {
  checkOptions('compact', config, {
    scale: integerIn(1, 8),
    channels: integerIn(1, 1024),
    depth: integerIn(0, 256),
    base: oneOf(interpolations),
  });
  const { scale = 4, channels = 32, depth = 8, base = 'bilinear' } = config;
  const relu = kaimingNormal();
  const inner = Array.from({ length: depth }, (_, i) => `body.${i}`);
  const parameters: Record<string, ParameterSpec> = { ...conv('head', 3, channels, relu) };
  for (const layer of inner) Object.assign(parameters, conv(layer, channels, channels, relu));
  Object.assign(parameters, conv('tail', channels, 3 * scale * scale, kaimingNormal({ scale: 0.1 })));

  return defineNetwork({
    name: 'compact',
    config: { scale, channels, depth, base },
    scale,
    // A pixel further for each 3x3 convolution.
    radius: Math.max(depth + 2, enlargeRadius(base)),
    parameters,
    apply(x, p): Tensor4D {
      let features = conv2d(x, p('head'), { activation: 'relu' });
      for (const layer of inner) {
        const next = conv2d(features, p(layer), { activation: 'relu' });
        features.dispose();
        features = next;
      }
      // The channels of the weights are put in order rather than those of the pictures, which are far larger.
      const tail = toTensorflowOrder(p('tail'), scale);
      const details = pixelShuffle(conv2d(features, tail), scale, { order: 'tensorflow' });
      return add(details, enlarge(x, { scale, base }));
    },
  });
}

function conv(name: string, from: number, to: number, init: Initializer): Record<string, ParameterSpec> {
  return {
    [`${name}.weight`]: { shape: [3, 3, from, to], layout: 'conv', init },
    [`${name}.bias`]: { shape: [to], layout: 'plain', init: zeros },
  };
}
