/**
 * The structure extractor of SPSR-P and SPSR-J (Ma et al., "Structure-preserving image super-resolution", TPAMI 2021,
 * section 3.4): a small network with small receptive fields, trained without labels.
 *
 * The paper tells its six convolutions with ReLU, two skip connections, 32 channels and stride 4; nothing was released. What
 * it leaves open is chosen so that the numbers of negatives that it tells come out: a receptive field of 21 pixels.
 *
 *   conv1 3x3 -> [conv2 3x3 of stride 2, conv3 3x3] + shortcut -> [conv4 of stride 2, conv5] + shortcut -> conv6 1x1
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  averagePool2d,
  conv2d,
  type FeatureGeometry,
  type ParameterSpec,
  relu,
  type Scope,
  torchDefault,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { checkInput, checkTaps, slideGeometry, type TappedNetwork } from '../tapped-network.js';

export interface NseConfig {
  /** Of every layer; default 32. */
  readonly channels?: number;
  /** What the two skip connections do to halve the size: `'pool'` (default), the mean of 2 x 2, or a 1x1 `'convolution'`. */
  readonly shortcut?: 'pool' | 'convolution';
  /** Behind the last convolution: `'none'` (default: a cosine needs signs) or `'relu'` (each convolution, as in the paper). */
  readonly activation?: 'none' | 'relu';
}

/**
 * The structure extractor NSE: 38,944 parameters, a receptive field of 21 pixels and stride 4 with the defaults.
 *
 * Its taps are `conv1`, `block1`, `block2` and `conv6`, its output. Untrained parameters make the random extractor of SPSR-R.
 *
 * @throws `network/config`
 * @example
 * const network = nse();
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 * const { conv6 } = encoderOf({ network, parameters })(images, { layers: ['conv6'] });
 */
export function nse(config: NseConfig = {}): TappedNetwork {
  checkOptions('nse', config, {
    channels: integerIn(1, 1024),
    shortcut: oneOf(['pool', 'convolution']),
    activation: oneOf(['none', 'relu']),
  });
  const { channels = 32, shortcut = 'pool', activation = 'none' } = config;
  const blocks = [
    { tap: 'block1', first: 'conv2', second: 'conv3', shortcut: 'shortcut1' },
    { tap: 'block2', first: 'conv4', second: 'conv5', shortcut: 'shortcut2' },
  ] as const;

  const parameters: Record<string, ParameterSpec> = { ...conv('conv1', 3, 3, channels) };
  const taps: Record<string, FeatureGeometry> = {};
  let at: Required<FeatureGeometry> = { channels: 3, stride: 1, receptiveField: 1, start: 0 };
  const slide = (kernel: number, stride = 1): void => {
    at = slideGeometry(at, { kernel, stride, padding: Math.floor(kernel / 2), channels });
  };
  slide(3);
  taps.conv1 = at;
  for (const block of blocks) {
    Object.assign(parameters, conv(block.first, 3, channels, channels), conv(block.second, 3, channels, channels));
    if (shortcut === 'convolution') Object.assign(parameters, conv(block.shortcut, 1, channels, channels));
    slide(3, 2);
    slide(3);
    taps[block.tap] = at;
  }
  Object.assign(parameters, conv('conv6', 1, channels, channels));
  slide(1);
  taps.conv6 = at;

  const runBlock = (x: Tensor4D, p: Scope, block: (typeof blocks)[number]): Tensor4D => {
    const main = conv2d(conv2d(x, p(block.first), { stride: 2, activation: 'relu' }), p(block.second));
    const short =
      shortcut === 'pool' ? averagePool2d(x, { window: 2, ceil: true }) : conv2d(x, p(block.shortcut), { stride: 2 });
    return relu(add(main, short));
  };

  return {
    name: 'nse',
    config: { channels, shortcut, activation },
    channels: 3,
    parameters,
    taps,
    layers: Object.keys(taps),
    features(x, p, _context, layers) {
      checkInput({ name: 'nse', channels: 3 }, x);
      checkTaps({ name: 'nse', taps }, layers);
      const maps: Record<string, Tensor4D> = {};
      const isDone = (): boolean => layers.every(layer => layer in maps);
      let now = conv2d(x, p('conv1'), { activation: 'relu' });
      maps.conv1 = now;
      for (const block of blocks) {
        if (isDone()) break;
        now = runBlock(now, p, block);
        maps[block.tap] = now;
      }
      if (!isDone()) maps.conv6 = conv2d(now, p('conv6'), activation === 'relu' ? { activation } : {});
      return Object.fromEntries(layers.map(layer => [layer, maps[layer]!]));
    },
  };
}

/**
 * At which distance on a feature map receptive fields no longer overlap: the field over the stride, rounded up.
 *
 * @example
 * featureSpacing(nse().taps.conv6!); // 6
 */
export function featureSpacing({ receptiveField, stride }: FeatureGeometry): number {
  return Math.ceil(receptiveField / stride);
}

function conv(name: string, kernel: number, from: number, to: number): Record<string, ParameterSpec> {
  return {
    [`${name}.weight`]: { shape: [kernel, kernel, from, to], layout: 'conv', init: torchDefault },
    [`${name}.bias`]: { shape: [to], layout: 'plain', init: torchDefault },
  };
}
