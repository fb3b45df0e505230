/** The discriminator of leftthomas/SRGAN, which takes images of any size: the mean of its last maps is judged. */
import { torchDefault } from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { convolutional } from './convolutional.js';
import type { Discriminator } from './discriminator.js';
import { pairs, sequential } from './pairs.js';

export interface GlobalPoolDiscriminatorConfig {
  /** Channels of the first layer; default 64. */
  readonly features?: number;
  /** Units of the dense layer; default 1024. */
  readonly hidden?: number;
}

/**
 * SRGAN's convolutions, then the mean over all pixels and two 1x1 convolutions: 5,215,425 parameters.
 *
 * Parameters are named as in the reference implementation: `net.0.weight`, ..., `net.26.bias`. Its sigmoid is left to the
 * loss (`'non-log'`).
 *
 * @returns logits `[batch, 1]` of `[batch, height, width, 3]` in [0, 1]
 * @throws `network/config`
 * @example
 * const network = globalPoolDiscriminator();
 */
export function globalPoolDiscriminator(config: GlobalPoolDiscriminatorConfig = {}): Discriminator {
  checkOptions('global-pool-discriminator', config, { features: integerIn(1, 1024), hidden: integerIn(1, 65_536) });
  const { features = 64, hidden = 1024 } = config;
  return convolutional({
    name: 'global-pool-discriminator',
    config: { features, hidden },
    channels: 3,
    stages: pairs({ features, depth: 4, kernel: 3, names: sequential('net') }),
    // 23 is the pooling, 25 the leaky ReLU.
    head: { hidden: 'net.24', width: hidden, out: 'net.26' },
    start: { weight: torchDefault, bias: torchDefault },
  });
}
