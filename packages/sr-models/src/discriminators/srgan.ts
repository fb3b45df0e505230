/** The discriminator of SRGAN (Ledig et al., CVPR 2017, figure 4). */
import { torchDefault } from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { convolutional } from './convolutional.js';
import type { Discriminator } from './discriminator.js';
import { pairs, sequential } from './pairs.js';

export interface SrganDiscriminatorConfig {
  /** Side of the images; default 96, the paper's patches. */
  readonly size?: number;
  /** Channels of the first layer; default 64. */
  readonly features?: number;
  /** Units of the dense layer; default 1024. */
  readonly hidden?: number;
  /** Of the input; default 3. */
  readonly channels?: number;
}

/**
 * SRGAN's discriminator: eight 3x3 convolutions of strides 1 and 2 with 64 to 512 channels, two dense layers.
 *
 * 23,565,505 parameters with the defaults. Images are brought to [-1, 1], as in the paper. Parameters are named as the two
 * `nn.Sequential` of most PyTorch versions: `features.0.weight`, ..., `classifier.2.bias`.
 *
 * @returns logits `[batch, 1]` of `[batch, size, size, channels]` in [0, 1]
 * @throws `network/config`
 * @example
 * const network = srganDiscriminator({ size: 64 });
 */
export function srganDiscriminator(config: SrganDiscriminatorConfig = {}): Discriminator {
  checkOptions('srgan-discriminator', config, {
    size: integerIn(16, 1024),
    features: integerIn(1, 1024),
    hidden: integerIn(1, 65_536),
    channels: integerIn(1, 1024),
  });
  const { size = 96, features = 64, hidden = 1024, channels = 3 } = config;
  return convolutional({
    name: 'srgan-discriminator',
    config: { size, features, hidden, channels },
    channels,
    input: { mean: Array(channels).fill(0.5), scale: 2 },
    stages: pairs({ features, depth: 4, kernel: 3, names: sequential('features') }),
    head: { hidden: 'classifier.0', width: hidden, out: 'classifier.2', size },
    start: { weight: torchDefault, bias: torchDefault },
  });
}
