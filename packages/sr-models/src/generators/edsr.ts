/**
 * EDSR (Lim et al., "Enhanced deep residual networks for single image super-resolution", CVPRW 2017, section 3.2; layers,
 * names and constants of the authors' EDSR-PyTorch).
 *
 * Inside, colours are in [0, 255] less the mean of DIV2K.
 */
import { add, mul, sub, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, type Network, type ParameterSpec } from 'sr-tensor';
import { checkOptions, integerIn, numberIn, oneOf } from '../config.js';
import { chain, convSpecs, radiusOf, range, residual, subPixelConv } from './layers.js';

/** Shape of an EDSR. */
export interface EdsrConfig {
  /** `baseline` (default): 16 blocks of 64 channels; `large`: 32 of 256, scaled by 0.1. */
  readonly preset?: 'baseline' | 'large';
  /** The enlargement, 2, 3, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default: the preset's. */
  readonly channels?: number;
  /** Residual blocks; default: the preset's. */
  readonly blocks?: number;
  /** What a block's result is multiplied with before it is added; default: the preset's. */
  readonly residualScale?: number;
}

const presets = {
  baseline: { channels: 64, blocks: 16, residualScale: 1 },
  large: { channels: 256, blocks: 32, residualScale: 0.1 },
};

/** DIV2K's mean colour, as in the authors' code. */
const meanColour = [0.4488, 0.4371, 0.404];

/**
 * EDSR; 1,517,571 parameters (`baseline`) or 43,089,923 (`large`) at x4.
 *
 * @param config preset (default `baseline`), scale (4); channels, blocks and residualScale where they differ from it
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = edsr({ preset: 'large', scale: 2 });
 */
export function edsr(config: EdsrConfig = {}): Network {
  checkOptions('edsr', config, {
    preset: oneOf(Object.keys(presets)),
    scale: oneOf([2, 3, 4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
    residualScale: numberIn(0, 1),
  });
  const { preset = 'baseline', scale = 4 } = config;
  const { channels = presets[preset].channels, blocks = presets[preset].blocks } = config;
  const { residualScale = presets[preset].residualScale } = config;
  const factors = scale === 3 ? [3] : Array<number>(Math.log2(scale)).fill(2);
  const parameters: Record<string, ParameterSpec> = convSpecs('head.0', { from: 3, to: channels });
  for (const i of range(blocks)) {
    Object.assign(
      parameters,
      convSpecs(`body.${i}.body.0`, { from: channels, to: channels }),
      convSpecs(`body.${i}.body.2`, { from: channels, to: channels }),
    );
  }
  Object.assign(parameters, convSpecs(`body.${blocks}`, { from: channels, to: channels }));
  for (const [i, factor] of factors.entries()) {
    // Convolutions and pixel shuffles take turns.
    Object.assign(parameters, convSpecs(`tail.0.${2 * i}`, { from: channels, to: channels * factor ** 2 }));
  }
  Object.assign(parameters, convSpecs('tail.1', { from: channels, to: 3 }));

  return defineNetwork({
    name: 'edsr',
    config: { preset, scale, channels, blocks, residualScale },
    scale,
    radius: radiusOf([{ reach: 1 + 2 * blocks + 1 + 1 }, ...factors.map(factor => ({ factor, reach: 1 }))]),
    parameters,
    apply: (x, p): Tensor4D =>
      tidy(() => {
        const mean = tensor1d(meanColour);
        const block = (f: Tensor4D, i: number): Tensor4D => {
          const result = conv2d(conv2d(f, p(`body.${i}.body.0`), { activation: 'relu' }), p(`body.${i}.body.2`));
          return residualScale === 1 ? result : mul(result, residualScale);
        };
        const head = conv2d(mul(sub(x, mean), 255), p('head.0'));
        const details = chain(head, [
          ...range(blocks).map(i => residual(f => block(f, i))),
          f => add(head, conv2d(f, p(`body.${blocks}`))),
          ...factors.map((factor, i) => (f: Tensor4D) => subPixelConv(f, p(`tail.0.${2 * i}`), { factor })),
          f => conv2d(f, p('tail.1')),
        ]);
        return add(mul(details, 1 / 255), mean);
      }),
  });
}
