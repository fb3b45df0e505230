/**
 * The generator of adversarial feature matching (Akella et al., "Single image super-resolution using adversarial feature
 * matching", section III): SRGAN's without normalisation, with leaky ReLUs of slope 0.2.
 *
 *   f = lrelu(conv(x)); b = conv(blocks(f)); y = conv(up(f + b))
 *
 * The document leaves the outer kernels and the long connection open; they are SRGAN's here.
 */
import { add, sub, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, kaimingNormal, type Network, type ParameterSpec } from 'sr-tensor';
import { checkOptions, integerIn, numbersOfLength, oneOf } from '../config.js';
import { chain, convSpecs, radiusOf, range, residual, subPixelConv } from './layers.js';
import { leaky } from './rrdb.js';

/** Shape of a feature-matching generator. */
export interface FeatureMatchingConfig {
  /** The enlargement, 2, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual blocks; default 16. */
  readonly blocks?: number;
  /** Side of the first and last kernel; default 9, as in SRGAN. */
  readonly outerKernel?: 3 | 9;
  /** The mean colour of the training pictures, which is subtracted inside; default 0. */
  readonly mean?: readonly number[];
}

/**
 * The feature-matching generator; 1,545,219 parameters with the defaults, 1,517,571 with outer kernels of 3. Weights start
 * a tenth as strong as Kaiming's.
 *
 * @param config scale (default 4), channels (64), blocks (16), outerKernel (9), mean (0, 0, 0)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = featureMatching({ mean: [0.45, 0.44, 0.4] });
 */
export function featureMatching(config: FeatureMatchingConfig = {}): Network {
  checkOptions('feature-matching', config, {
    scale: oneOf([2, 4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
    outerKernel: oneOf([3, 9]),
    mean: numbersOfLength(3),
  });
  const { scale = 4, channels = 64, blocks = 16, outerKernel = 9, mean = [0, 0, 0] } = config;
  const init = kaimingNormal({ scale: 0.1 });
  const ups = range(Math.log2(scale)).map(i => `upconv${i + 1}`);
  const parameters: Record<string, ParameterSpec> = convSpecs('conv_first', {
    from: 3,
    to: channels,
    size: outerKernel,
    init,
  });
  for (const i of range(blocks)) {
    Object.assign(
      parameters,
      convSpecs(`body.${i}.conv1`, { from: channels, to: channels, init }),
      convSpecs(`body.${i}.conv2`, { from: channels, to: channels, init }),
    );
  }
  Object.assign(parameters, convSpecs('conv_body', { from: channels, to: channels, init }));
  for (const up of ups) Object.assign(parameters, convSpecs(up, { from: channels, to: 4 * channels, init }));
  Object.assign(parameters, convSpecs('conv_last', { from: channels, to: 3, size: outerKernel, init }));
  const outer = (outerKernel - 1) / 2;

  return defineNetwork({
    name: 'feature-matching',
    config: { scale, channels, blocks, outerKernel, mean },
    scale,
    radius: radiusOf([
      { reach: outer + 2 * blocks + 1 + 1 },
      ...ups.map((_, i) => ({ factor: 2, reach: i === ups.length - 1 ? outer : 1 })),
    ]),
    parameters,
    apply: (x, p): Tensor4D =>
      tidy(() => {
        const center = tensor1d([...mean]);
        const first = conv2d(sub(x, center), p('conv_first'), leaky);
        const image = chain(first, [
          ...range(blocks).map(i =>
            residual(f => conv2d(conv2d(f, p(`body.${i}.conv1`), leaky), p(`body.${i}.conv2`))),
          ),
          f => add(first, conv2d(f, p('conv_body'))),
          ...ups.map(up => (f: Tensor4D) => subPixelConv(f, p(up), { factor: 2, ...leaky })),
          f => conv2d(f, p('conv_last')),
        ]);
        return add(image, center);
      }),
  });
}
