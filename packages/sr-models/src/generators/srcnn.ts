/**
 * SRCNN (Dong et al., "Image super-resolution using deep convolutional networks", TPAMI 2016, section 3; names of
 * yjn870/SRCNN-pytorch): three convolutions on the luma of the bicubic enlargement.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, type Network, normal } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { chain, convSpecs, radiusOf } from './layers.js';
import { withLuma } from './on-luma.js';

/** Shape of an SRCNN. */
export interface SrcnnConfig {
  /** The enlargement, 1 to 8; default 4. */
  readonly scale?: number;
  /** The sides of the kernels; default `9-5-5`. */
  readonly kernels?: '9-1-5' | '9-3-5' | '9-5-5';
}

// The paper's channels and deviation of the first weights.
const [wide, narrow] = [64, 32];
const init = normal({ deviation: 1e-3 });

/**
 * SRCNN; 57,281 parameters with kernels 9-5-5, 8,129 with 9-1-5.
 *
 * @param config scale (default 4), kernels (`9-5-5`)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = srcnn({ scale: 3, kernels: '9-1-5' });
 */
export function srcnn(config: SrcnnConfig = {}): Network {
  checkOptions('srcnn', config, { scale: integerIn(1, 8), kernels: oneOf(['9-1-5', '9-3-5', '9-5-5']) });
  const { scale = 4, kernels = '9-5-5' } = config;
  const sizes = kernels.split('-').map(Number) as [number, number, number];
  const reach = sizes.reduce((sum, size) => sum + (size - 1) / 2, 0);
  return defineNetwork({
    name: 'srcnn',
    config: { scale, kernels },
    scale,
    // 2: of the bicubic interpolation.
    radius: 2 + radiusOf([{ reach: 0 }, { factor: scale, reach }]),
    parameters: {
      ...convSpecs('conv1', { from: 1, to: wide, size: sizes[0], init }),
      ...convSpecs('conv2', { from: wide, to: narrow, size: sizes[1], init }),
      ...convSpecs('conv3', { from: narrow, to: 1, size: sizes[2], init }),
    },
    apply: (x, p): Tensor4D =>
      withLuma(x, scale, bicubic =>
        chain(bicubic, [
          y => conv2d(y, p('conv1'), { activation: 'relu' }),
          f => conv2d(f, p('conv2'), { activation: 'relu' }),
          f => conv2d(f, p('conv3')),
        ]),
      ),
  });
}
