/**
 * The discriminator of EnhanceNet (Sajjadi et al., "EnhanceNet: single image super-resolution through automated texture
 * synthesis", ICCV 2017, supplement, table 1; read in a re-implementation that cites it).
 */
import { torchDefault } from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { convolutional, type Stage } from './convolutional.js';
import type { Discriminator } from './discriminator.js';

export interface EnhancenetDiscriminatorConfig {
  /** Side of the images; default 128. */
  readonly size?: number;
  /** Channels of the first pair; default 32. */
  readonly features?: number;
  /** Units of the dense layer; default 1024. */
  readonly hidden?: number;
  /** Of the input; default 3. */
  readonly channels?: number;
}

/**
 * EnhanceNet's discriminator: five pairs of 3x3 convolutions of strides 1 and 2 with 32 to 512 channels and no batch norm,
 * two dense layers.
 *
 * 13,102,881 parameters with the defaults. Its parameters are named as two `nn.Sequential`: `features.0.weight`, ...,
 * `classifier.2.bias`.
 *
 * @returns logits `[batch, 1]` of `[batch, size, size, channels]` in [0, 1]
 * @throws `network/config`
 * @example
 * const network = enhancenetDiscriminator({ size: 64 });
 */
export function enhancenetDiscriminator(config: EnhancenetDiscriminatorConfig = {}): Discriminator {
  checkOptions('enhancenet-discriminator', config, {
    size: integerIn(32, 1024),
    features: integerIn(1, 1024),
    hidden: integerIn(1, 65_536),
    channels: integerIn(1, 1024),
  });
  const { size = 128, features = 32, hidden = 1024, channels = 3 } = config;
  return convolutional({
    name: 'enhancenet-discriminator',
    config: { size, features, hidden, channels },
    channels,
    stages: Array.from({ length: 10 }, (_, i): Stage => {
      const pair = Math.floor(i / 2);
      return { conv: `features.${2 * i}`, out: features * 2 ** pair, kernel: 3, stride: 1 + (i % 2) };
    }),
    head: { hidden: 'classifier.0', width: hidden, out: 'classifier.2', size },
    start: { weight: torchDefault, bias: torchDefault },
  });
}
