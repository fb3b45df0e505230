/** The discriminator of Akella et al., "Adversarial feature matching", whose feature maps are the content loss. */
import { kaimingNormal, zeros } from 'sr-tensor';
import { checkOptions, integerIn, numbersOfLength, oneOf } from '../config.js';
import { convolutional } from './convolutional.js';
import type { Discriminator } from './discriminator.js';
import { pairs, sequential } from './pairs.js';

export interface FeatureMatchingDiscriminatorConfig {
  /** Side of the images; default 96. */
  readonly size?: number;
  /** Channels of the first layer; default 64. */
  readonly features?: number;
  /** Units of the dense layer; default 1024 (26,002,625 parameters), 100 as in ESRGAN's VGG-96 gives 8,969,609. */
  readonly hidden?: number;
  /** The mean colour of the training set, in [0, 1], which is subtracted. Default DIV2K's. */
  readonly mean?: readonly number[];
  /** `'byte'` (default): the network sees 0 to 255 less the mean; `'unit'`: 0 to 1 less the mean. */
  readonly range?: 'byte' | 'unit';
}

/** The mean colour of DIV2K, red, green, blue (EDSR's code). */
const div2kMean = [0.4488, 0.4371, 0.404];

/** All weights start at a tenth of He's deviation (section "Training details" of the paper: "MSRA initialisation x 0.1"). */
const tenth = kaimingNormal({ scale: 0.1 });

/**
 * The discriminator of adversarial feature matching: eight convolutions, 3x3 and 4x4 of stride 2 in turn, 64 to 512 channels,
 * batch norm from the second on, two dense layers.
 *
 * Its taps for the content loss (`encoderOf`) are the eight convolutions before batch norm; those behind it have the names of
 * the batch norms.
 *
 * @returns logits `[batch, 1]` of `[batch, size, size, 3]` in [0, 1]
 * @throws `network/config`
 * @example
 * const network = featureMatchingDiscriminator({ size: 32, features: 8 });
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 * const content = discriminatorContent({ encoder: encoderOf({ network, parameters }) });
 */
export function featureMatchingDiscriminator(config: FeatureMatchingDiscriminatorConfig = {}): Discriminator {
  checkOptions('feature-matching-discriminator', config, {
    size: integerIn(16, 1024),
    features: integerIn(1, 1024),
    hidden: integerIn(1, 65_536),
    mean: numbersOfLength(3),
    range: oneOf(['byte', 'unit']),
  });
  const { size = 96, features = 64, hidden = 1024, mean = div2kMean, range = 'byte' } = config;
  return convolutional({
    name: 'feature-matching-discriminator',
    config: { size, features, hidden, mean, range },
    channels: 3,
    input: { mean, scale: range === 'byte' ? 255 : 1 },
    stages: pairs({ features, depth: 4, kernel: 4, names: sequential('features') }),
    head: { hidden: 'classifier.0', width: hidden, out: 'classifier.2', size },
    start: { weight: tenth, bias: zeros },
  });
}
