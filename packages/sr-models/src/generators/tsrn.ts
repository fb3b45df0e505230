/**
 * TSRN, the network of the texture loss (Gondal et al., "The unreasonable effectiveness of texture transfer for single
 * image super-resolution", ECCVW 2018, section 3.3; layers, names and initial values of the authors' code).
 *
 *   y = net(x) + bicubic(x)
 */
import { add, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import {
  conv2d,
  defineNetwork,
  type Network,
  type ParameterSpec,
  resize,
  torchDefault,
  xavierUniform,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { chain, convSpecs, radiusOf, range, residual, subPixelConv } from './layers.js';

/** Shape of a TSRN. */
export interface TsrnConfig {
  /** The enlargement, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual blocks; default 10. */
  readonly blocks?: number;
}

/**
 * TSRN; 1,074,435 parameters at x4, 1,222,147 at x8. The bicubic interpolation is Pillow's, not rounded.
 *
 * @param config scale (default 4), channels (64), blocks (10)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = tsrn({ scale: 8 });
 */
export function tsrn(config: TsrnConfig = {}): Network {
  checkOptions('tsrn', config, {
    scale: oneOf([4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
  });
  const { scale = 4, channels = 64, blocks = 10 } = config;
  const xavier = { init: xavierUniform({ gain: Math.SQRT2 }), bias: torchDefault };
  const ups = scale === 4 ? ['conv_up_new', 'conv_up1'] : ['conv_up_new', 'conv_up1', 'conv_up2'];
  const last = scale === 4 ? 'conv_up2' : 'conv_up3';
  // The code leaves the first layer of x8 as PyTorch starts it.
  const parameters: Record<string, ParameterSpec> = convSpecs('conv_in', {
    from: 3,
    to: channels,
    ...(scale === 4 && xavier),
  });
  for (const i of range(blocks)) {
    Object.assign(
      parameters,
      convSpecs(`conv_blocks.${i}.0`, { from: channels, to: channels, ...xavier }),
      convSpecs(`conv_blocks.${i}.1`, { from: channels, to: channels, ...xavier }),
    );
  }
  for (const up of ups) Object.assign(parameters, convSpecs(up, { from: channels, to: 4 * channels, ...xavier }));
  Object.assign(
    parameters,
    convSpecs(last, { from: channels, to: channels, ...xavier }),
    convSpecs('conv_out', { from: channels, to: 3, ...xavier }),
  );

  return defineNetwork({
    name: 'tsrn',
    config: { scale, channels, blocks },
    scale,
    radius: radiusOf([
      { reach: 1 + 2 * blocks + 1 },
      ...ups.map((_, i) => ({ factor: 2, reach: i === ups.length - 1 ? 2 : 1 })),
    ]),
    parameters,
    apply(x, p): Tensor4D {
      const relu = { activation: 'relu' } as const;
      const details = chain(x, [
        image => conv2d(image, p('conv_in'), relu),
        ...range(blocks).map(i =>
          residual(f => conv2d(conv2d(f, p(`conv_blocks.${i}.0`), relu), p(`conv_blocks.${i}.1`))),
        ),
        ...ups.map(up => (f: Tensor4D) => subPixelConv(f, p(up), { factor: 2, ...relu })),
        f => conv2d(f, p(last), relu),
        f => conv2d(f, p('conv_out')),
      ]);
      return tidy(() => add(details, resize(x, { scale, preset: 'pil' })));
    },
  });
}
