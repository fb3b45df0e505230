/**
 * ESPCN (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 * network", CVPR 2016, section 3; names of yjn870/ESPCN-pytorch): three convolutions and a pixel shuffle on the luma.
 */
import { type Tensor4D, tanh } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, type Network } from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { chain, convSpecs, subPixelConv } from './layers.js';
import { lumaOf, withLuma } from './on-luma.js';

/** Shape of an ESPCN. */
export interface EspcnConfig {
  /** The enlargement, 1 to 8; default 4. */
  readonly scale?: number;
}

/**
 * ESPCN; 24,752 parameters at x4, 22,729 at x3.
 *
 * @param config scale (default 4)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = espcn({ scale: 3 });
 */
export function espcn(config: EspcnConfig = {}): Network {
  checkOptions('espcn', config, { scale: integerIn(1, 8) });
  const { scale = 4 } = config;
  return defineNetwork({
    name: 'espcn',
    config: { scale },
    scale,
    // Kernels of 5, 3 and 3.
    radius: 4,
    parameters: {
      ...convSpecs('first_part.0', { from: 1, to: 64, size: 5 }),
      ...convSpecs('first_part.2', { from: 64, to: 32 }),
      ...convSpecs('last_part.0', { from: 32, to: scale ** 2 }),
    },
    apply: (x, p): Tensor4D =>
      withLuma(x, scale, () =>
        chain(lumaOf(x), [
          y => tanh(conv2d(y, p('first_part.0'))),
          f => tanh(conv2d(f, p('first_part.2'))),
          f => subPixelConv(f, p('last_part.0'), { factor: scale }),
        ]),
      ),
  });
}
