/** The VGG-style discriminators of ESRGAN (Wang et al. 2018) and SPSR (Ma et al. 2020), by their released code. */
import { kaimingNormal, torchDefault, zeros } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { convolutional } from './convolutional.js';
import type { Discriminator } from './discriminator.js';
import { depthFor, pairs, sequential } from './pairs.js';

export interface VggDiscriminatorConfig {
  /** Side of the input; default 128. */
  readonly size?: number;
  /** Pairs of convolutions; default as many as leave at least 4 x 4 units (32: 3, 96: 4, 128: 5, 256: 6). */
  readonly depth?: number;
  /** Channels of the first layer; default 64. */
  readonly features?: number;
  /** Units of the dense layer; default 100. */
  readonly hidden?: number;
  /** Of the input: 3 (default) for images, 32 for the feature maps of a structure extractor. */
  readonly channels?: number;
  /** Whose code: `'spsr'` (default; ESRGAN's older code as well) or `'basicsr'`. */
  readonly preset?: 'spsr' | 'basicsr';
}

/**
 * A VGG-style discriminator: pairs of a 3x3 convolution and a 4x4 one of stride 2, two dense layers.
 *
 * | preset | names | biases before batch norm | start |
 * |---|---|---|---|
 * | `spsr` | `features.0` ..., `classifier.0`, `classifier.2` | yes | Kaiming-normal, biases 0 |
 * | `basicsr` | `conv0_0`, `conv0_1`, `bn0_1` ..., `linear1`, `linear2` | no | PyTorch's default |
 *
 * VGG-128 has 14,502,281 parameters (`spsr`) or 14,499,401 (`basicsr`), VGG-96 8,969,609, VGG-32 on 32 channels 2,175,689.
 * VGG-128 also takes the 130 x 130 gradient maps of SPSR.
 *
 * @returns logits `[batch, 1]` of `[batch, size, size, channels]`
 * @throws `network/config`
 * @example
 * const onImages = vggDiscriminator();
 * const onStructure = vggDiscriminator({ size: 32, channels: 32 });
 */
export function vggDiscriminator(config: VggDiscriminatorConfig = {}): Discriminator {
  checkOptions('vgg-discriminator', config, {
    size: integerIn(8, 1024),
    depth: integerIn(1, 8),
    features: integerIn(1, 1024),
    hidden: integerIn(1, 65_536),
    channels: integerIn(1, 4096),
    preset: oneOf(['spsr', 'basicsr']),
  });
  const { size = 128, features = 64, hidden = 100, channels = 3, preset = 'spsr' } = config;
  const { depth = depthFor(size) } = config;
  const isSpsr = preset === 'spsr';
  return convolutional({
    name: 'vgg-discriminator',
    config: { size, depth, features, hidden, channels, preset },
    channels,
    stages: pairs({
      features,
      depth,
      kernel: 4,
      bias: isSpsr,
      names: isSpsr
        ? sequential('features')
        : (pair, half) => ({ conv: `conv${pair}_${half}`, norm: `bn${pair}_${half}` }),
    }),
    head: isSpsr
      ? { hidden: 'classifier.0', width: hidden, out: 'classifier.2', size }
      : { hidden: 'linear1', width: hidden, out: 'linear2', size },
    start: isSpsr ? { weight: kaimingNormal(), bias: zeros } : { weight: torchDefault, bias: torchDefault },
  });
}
