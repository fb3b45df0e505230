/**
 * EnhanceNet (Sajjadi et al., "EnhanceNet: single image super-resolution through automated texture synthesis", ICCV
 * 2017, table 1; names and constants of the authors' published network).
 *
 *   y = net(x - mean) + bicubic(x), net: residual blocks, then nearest-neighbour enlargement before convolutions
 */
import { add, sub, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, type Network, type ParameterSpec, resize, xavierUniform } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { enlarge } from '../enlarge.js';
import { chain, convSpecs, radiusOf, range, residual } from './layers.js';

/** Shape of an EnhanceNet. */
export interface EnhancenetConfig {
  /** The enlargement, 2, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual blocks; default 10. */
  readonly blocks?: number;
}

/** The mean colour that the published network subtracts. */
const meanColour = [0.47614917, 0.45001204, 0.40904046];

/**
 * EnhanceNet; 852,867 parameters with the defaults, called `conv0` to `conv24`.
 *
 * The interpolation that it adds to is TensorFlow 1's bicubic one, whose pixels lie elsewhere than MATLAB's.
 *
 * @param config scale (default 4), channels (64), blocks (10)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = enhancenet();
 */
export function enhancenet(config: EnhancenetConfig = {}): Network {
  checkOptions('enhancenet', config, {
    scale: oneOf([2, 4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
  });
  const { scale = 4, channels = 64, blocks = 10 } = config;
  const init = xavierUniform({ gain: Math.SQRT2 });
  const stages = Math.log2(scale);
  const count = 2 * blocks + stages + 3;
  const parameters: Record<string, ParameterSpec> = {};
  for (const i of range(count)) {
    const [from, to] = [i === 0 ? 3 : channels, i === count - 1 ? 3 : channels];
    Object.assign(parameters, convSpecs(`conv${i}`, { from, to, init }));
  }
  const network = radiusOf([
    { reach: 1 + 2 * blocks },
    ...range(stages).map(i => ({ factor: 2, reach: i === stages - 1 ? 3 : 1 })),
  ]);

  return defineNetwork({
    name: 'enhancenet',
    config: { scale, channels, blocks },
    scale,
    // 2: of the interpolation.
    radius: Math.max(network, 2),
    parameters,
    apply(x, p): Tensor4D {
      const up = 2 * blocks + 1;
      const details = chain(x, [
        image => conv2d(sub(image, tensor1d(meanColour)), p('conv0'), { activation: 'relu' }),
        ...range(blocks).map(i =>
          residual(f => conv2d(conv2d(f, p(`conv${2 * i + 1}`), { activation: 'relu' }), p(`conv${2 * i + 2}`))),
        ),
        ...range(stages).map(
          i => (f: Tensor4D) =>
            conv2d(enlarge(f, { scale: 2, base: 'nearest' }), p(`conv${up + i}`), { activation: 'relu' }),
        ),
        f => conv2d(f, p(`conv${count - 2}`), { activation: 'relu' }),
        f => conv2d(f, p(`conv${count - 1}`)),
      ]);
      return tidy(() => add(details, resize(x, { scale, preset: 'tensorflow1' })));
    },
  });
}
