/**
 * FSRCNN (Dong et al., "Accelerating the super-resolution convolutional neural network", ECCV 2016, section 3; names of
 * yjn870/FSRCNN-pytorch): all but a transposed convolution at the small size, on the luma.
 */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  conv2d,
  conv2dTranspose,
  defineNetwork,
  kaimingNormal,
  type Network,
  normal,
  type ParameterSpec,
} from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { chain, convSpecs, preluSpecs, radiusOf, range, transposedSpecs } from './layers.js';
import { lumaOf, withLuma } from './on-luma.js';

/** Shape of an FSRCNN. */
export interface FsrcnnConfig {
  /** The enlargement, 2 to 8; default 4. */
  readonly scale?: number;
  /** Channels outside (the paper's d); default 56. */
  readonly channels?: number;
  /** Channels inside (s); default 12. */
  readonly inner?: number;
  /** Inner 3x3 layers (m); default 4. */
  readonly depth?: number;
}

const outputKernel = 9;

/**
 * FSRCNN(56, 12, 4); 12,809 parameters with the defaults.
 *
 * @param config scale (default 4), channels (56), inner (12), depth (4)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const small = fsrcnn({ channels: 32, inner: 5, depth: 1 });
 */
export function fsrcnn(config: FsrcnnConfig = {}): Network {
  checkOptions('fsrcnn', config, {
    scale: integerIn(2, 8),
    channels: integerIn(1, 1024),
    inner: integerIn(1, 1024),
    depth: integerIn(0, 64),
  });
  const { scale = 4, channels = 56, inner = 12, depth = 4 } = config;
  const init = kaimingNormal();
  // A convolution and a PReLU each.
  const layers: [string, string, Parameters<typeof convSpecs>[1]][] = [
    ['first_part.0', 'first_part.1', { from: 1, to: channels, size: 5, init }],
    ['mid_part.0', 'mid_part.1', { from: channels, to: inner, size: 1, init }],
    ...range(depth).map((i): (typeof layers)[number] => [
      `mid_part.${2 * i + 2}`,
      `mid_part.${2 * i + 3}`,
      { from: inner, to: inner, init },
    ]),
    [`mid_part.${2 * depth + 2}`, `mid_part.${2 * depth + 3}`, { from: inner, to: channels, size: 1, init }],
  ];
  const parameters: Record<string, ParameterSpec> = {};
  for (const [conv, prelu, layer] of layers)
    Object.assign(parameters, convSpecs(conv, layer), preluSpecs(prelu, layer.to));
  const output = { from: channels, to: 1, size: outputKernel, init: normal({ deviation: 1e-3 }) };
  Object.assign(parameters, transposedSpecs('last_part', output));

  const padding = (outputKernel - 1) / 2;
  return defineNetwork({
    name: 'fsrcnn',
    config: { scale, channels, inner, depth },
    scale,
    radius: radiusOf([{ reach: 2 + depth }, { factor: scale, reach: padding }]),
    parameters,
    apply: (x, p): Tensor4D =>
      withLuma(x, scale, () =>
        chain(lumaOf(x), [
          ...layers.map(
            ([conv, prelu]) =>
              (f: Tensor4D): Tensor4D =>
                conv2d(f, p(conv), { activation: 'prelu', slope: p.get(`${prelu}.weight`) as Tensor1D }),
          ),
          f => conv2dTranspose(f, p('last_part'), { stride: scale, padding, outputPadding: scale - 1 }),
        ]),
      ),
  });
}
