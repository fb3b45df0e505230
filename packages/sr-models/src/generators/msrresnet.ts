/**
 * MSRResNet: SRResNet without normalisation on top of a bilinear interpolation (BasicSR's `MSRResNet`, the network of
 * the ESRGAN authors' comparisons; names and layers of BasicSR).
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, kaimingNormal, type Network, type ParameterSpec } from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { enlarge } from '../enlarge.js';
import { chain, convSpecs, radiusOf, range, residual, subPixelConv } from './layers.js';

/** Shape of an MSRResNet. */
export interface MsrresnetConfig {
  /** The enlargement, 2, 3 or 4; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual blocks; default 16. */
  readonly blocks?: number;
}

const leaky = { activation: 'leaky-relu', slope: 0.1 } as const;

/**
 * MSRResNet; 1,517,571 parameters with the defaults. Weights start a tenth as strong as Kaiming's.
 *
 * @param config scale (default 4), channels (64), blocks (16)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = msrresnet();
 */
export function msrresnet(config: MsrresnetConfig = {}): Network {
  checkOptions('msrresnet', config, {
    scale: oneOf([2, 3, 4]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
  });
  const { scale = 4, channels = 64, blocks = 16 } = config;
  const init = kaimingNormal({ scale: 0.1 });
  const factors = scale === 4 ? [2, 2] : [scale];
  const parameters: Record<string, ParameterSpec> = convSpecs('conv_first', { from: 3, to: channels, init });
  for (const i of range(blocks)) {
    Object.assign(
      parameters,
      convSpecs(`body.${i}.conv1`, { from: channels, to: channels, init }),
      convSpecs(`body.${i}.conv2`, { from: channels, to: channels, init }),
    );
  }
  for (const [i, factor] of factors.entries()) {
    Object.assign(parameters, convSpecs(`upconv${i + 1}`, { from: channels, to: channels * factor ** 2, init }));
  }
  Object.assign(
    parameters,
    convSpecs('conv_hr', { from: channels, to: channels, init }),
    convSpecs('conv_last', { from: channels, to: 3, init }),
  );

  return defineNetwork({
    name: 'msrresnet',
    config: { scale, channels, blocks },
    scale,
    radius: radiusOf([
      { reach: 1 + 2 * blocks + 1 },
      ...factors.map((factor, i) => ({ factor, reach: i === factors.length - 1 ? 2 : 1 })),
    ]),
    parameters,
    apply(x, p): Tensor4D {
      const details = chain(x, [
        image => conv2d(image, p('conv_first'), leaky),
        ...range(blocks).map(i =>
          residual(f => conv2d(conv2d(f, p(`body.${i}.conv1`), { activation: 'relu' }), p(`body.${i}.conv2`))),
        ),
        ...factors.map((factor, i) => (f: Tensor4D) => subPixelConv(f, p(`upconv${i + 1}`), { factor, ...leaky })),
        f => conv2d(f, p('conv_hr'), leaky),
        f => conv2d(f, p('conv_last')),
      ]);
      return add(details, enlarge(x, { scale, base: 'bilinear' }));
    },
  });
}
