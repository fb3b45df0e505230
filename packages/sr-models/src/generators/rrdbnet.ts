/**
 * RRDBNet, the generator of ESRGAN (Wang et al., "ESRGAN: enhanced super-resolution generative adversarial networks",
 * ECCVW 2018, section 3.1; layers and names of BasicSR).
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, kaimingNormal, type Network, type ParameterSpec } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { enlarge } from '../enlarge.js';
import { chain, convSpecs, radiusOf, range } from './layers.js';
import { leaky, rrdb, rrdbReach, rrdbSpecs } from './rrdb.js';

/** Shape of an RRDBNet. */
export interface RrdbnetConfig {
  /** The enlargement, always 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Default 23. */
  readonly blocks?: number;
  /** Channels that each convolution within a dense block adds; default 32. */
  readonly growth?: number;
}

/**
 * RRDBNet; 16,697,987 parameters with the defaults. Weights start a tenth as strong as Kaiming's (ESRGAN, section 3.1).
 *
 * @param config channels (default 64), blocks (23), growth (32); scale is 4
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = rrdbnet({ blocks: 6 });
 */
export function rrdbnet(config: RrdbnetConfig = {}): Network {
  checkOptions('rrdbnet', config, {
    scale: oneOf([4]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
    growth: integerIn(1, 1024),
  });
  const { scale = 4, channels = 64, blocks = 23, growth = 32 } = config;
  const init = kaimingNormal({ scale: 0.1 });
  const namesOf = (block: number) => (dense: number, conv: number) => `body.${block}.rdb${dense + 1}.conv${conv + 1}`;
  const parameters: Record<string, ParameterSpec> = convSpecs('conv_first', {
    from: 3,
    to: channels,
    init,
  });
  for (const block of range(blocks)) {
    Object.assign(parameters, rrdbSpecs(namesOf(block), { channels, growth, init }));
  }
  for (const name of ['conv_body', 'conv_up1', 'conv_up2', 'conv_hr']) {
    Object.assign(parameters, convSpecs(name, { from: channels, to: channels, init }));
  }
  Object.assign(parameters, convSpecs('conv_last', { from: channels, to: 3, init }));

  const radius = radiusOf([{ reach: 1 + rrdbReach * blocks + 1 }, { factor: 2, reach: 1 }, { factor: 2, reach: 3 }]);
  return defineNetwork({
    name: 'rrdbnet',
    config: { scale, channels, blocks, growth },
    scale,
    radius,
    parameters,
    apply(x, p): Tensor4D {
      const first = conv2d(x, p('conv_first'));
      return chain(first, [
        ...range(blocks).map(block => (f: Tensor4D) => rrdb(f, p, namesOf(block))),
        f => add(first, conv2d(f, p('conv_body'))),
        f => conv2d(enlarge(f, { scale: 2, base: 'nearest' }), p('conv_up1'), leaky),
        f => conv2d(enlarge(f, { scale: 2, base: 'nearest' }), p('conv_up2'), leaky),
        f => conv2d(f, p('conv_hr'), leaky),
        f => conv2d(f, p('conv_last')),
      ]);
    },
  });
}
