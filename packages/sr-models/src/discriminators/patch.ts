/** The patch discriminator of pix2pix (Isola et al., CVPR 2017, appendix 6.1), with spectral normalisation by default. */
import { type Initializer, normal, zeros } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { convolutional, type Stage } from './convolutional.js';
import type { Discriminator } from './discriminator.js';

export interface PatchDiscriminatorConfig {
  /** Channels of the first layer; default 64. */
  readonly features?: number;
  /** Convolutions of stride 2; default 3, which makes patches of 70 x 70 pixels. */
  readonly depth?: number;
  /** Of the input; default 3. */
  readonly channels?: number;
  /** `'spectral'` (default): every convolution by its spectral norm; `'batch'`: as published; `'none'`. */
  readonly norm?: 'spectral' | 'batch' | 'none';
}

/**
 * A discriminator of patches: 4x4 convolutions, `depth` of them of stride 2, then two of stride 1.
 *
 * 2,764,737 parameters with the defaults, 2,765,633 with batch norm (convolutions before one have no bias). Parameters are
 * named as in the reference implementation, `model.0`, `model.2`, `model.3`, ...; with spectral norm `model.0.weight_orig`,
 * `model.0.weight_u`, `model.0.weight_v`, and no gap where a batch norm would be.
 *
 * @returns logits `[batch, height', width', 1]` of `[batch, height, width, channels]`, one for each patch
 * @throws `network/config`
 * @example
 * const network = patchDiscriminator({ norm: 'batch' });
 */
export function patchDiscriminator(config: PatchDiscriminatorConfig = {}): Discriminator {
  checkOptions('patch-discriminator', config, {
    features: integerIn(1, 1024),
    depth: integerIn(1, 8),
    channels: integerIn(1, 4096),
    norm: oneOf(['spectral', 'batch', 'none']),
  });
  const { features = 64, depth = 3, channels = 3, norm = 'spectral' } = config;
  const spectral = norm === 'spectral';
  const stages: Stage[] = [];
  let index = 0;
  for (let i = 0; i <= depth; i++) {
    const out = features * Math.min(2 ** i, 8);
    const normed = norm === 'batch' && i > 0;
    stages.push({
      conv: `model.${index}`,
      ...(normed && { norm: `model.${index + 1}` }),
      out,
      kernel: 4,
      stride: i < depth ? 2 : 1,
      bias: !normed,
      spectral,
    });
    // Behind it the batch norm, where there is one, and the leaky ReLU.
    index += normed ? 3 : 2;
  }
  stages.push({ conv: `model.${index}`, out: 1, kernel: 4, spectral, activation: false });
  return convolutional({
    name: 'patch-discriminator',
    config: { features, depth, channels, norm },
    channels,
    stages,
    start: { weight: normal({ deviation }), bias: zeros, norm: nearOne },
  });
}

/** Of the normal distributions that weights and the factors of batch norms start with (ibid., section 6.2). */
const deviation = 0.02;

const nearOne: Initializer = (shape, random, fan) => normal({ deviation })(shape, random, fan).map(value => value + 1);
