/**
 * VDSR (Kim et al., "Accurate image super-resolution using very deep convolutional networks", CVPR 2016, section 3;
 * names of twtygqyy/pytorch-vdsr, which has no biases): what the luma of the bicubic enlargement lacks.
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, kaimingNormal, type Network, type ParameterSpec } from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { chain, convSpecs, radiusOf, range } from './layers.js';
import { withLuma } from './on-luma.js';

/** Shape of a VDSR. */
export interface VdsrConfig {
  /** The enlargement, 1 to 8; default 4. The weights are the same for all. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Convolutions; default 20. */
  readonly depth?: number;
}

/**
 * VDSR; 664,704 parameters with the defaults.
 *
 * @param config scale (default 4), channels (64), depth (20)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = vdsr({ scale: 2 });
 */
export function vdsr(config: VdsrConfig = {}): Network {
  checkOptions('vdsr', config, { scale: integerIn(1, 8), channels: integerIn(1, 1024), depth: integerIn(2, 256) });
  const { scale = 4, channels = 64, depth = 20 } = config;
  const layer = { from: channels, to: channels, init: kaimingNormal(), bias: false } as const;
  const inner = range(depth - 2).map(i => `residual_layer.${i}.conv`);
  const parameters: Record<string, ParameterSpec> = convSpecs('input', { ...layer, from: 1 });
  for (const name of inner) Object.assign(parameters, convSpecs(name, layer));
  Object.assign(parameters, convSpecs('output', { ...layer, to: 1 }));
  return defineNetwork({
    name: 'vdsr',
    config: { scale, channels, depth },
    scale,
    // 2: of the bicubic interpolation.
    radius: 2 + radiusOf([{ reach: 0 }, { factor: scale, reach: depth }]),
    parameters,
    apply: (x, p): Tensor4D =>
      withLuma(x, scale, bicubic =>
        chain(bicubic, [
          ...['input', ...inner].map(name => (f: Tensor4D) => conv2d(f, p(name), { activation: 'relu' })),
          f => add(bicubic, conv2d(f, p('output'))),
        ]),
      ),
  });
}
