/** The U-net discriminator with spectral normalisation of Real-ESRGAN (Wang et al. 2021, section 3.3). */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type ApplyContext,
  conv2d,
  type FeatureGeometry,
  type LayerParameters,
  leakyRelu,
  type ParameterSpec,
  resize,
  type Scope,
  SrError,
  torchDefault,
} from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { checkInput, checkTaps, slideGeometry } from '../tapped-network.js';
import { slope } from './convolutional.js';
import type { Discriminator } from './discriminator.js';
import { spectralLayer, spectralParameters } from './spectral-norm.js';

export interface UnetDiscriminatorConfig {
  /** Channels of the first layer; default 64. */
  readonly features?: number;
  /** Of the input; default 3. */
  readonly channels?: number;
}

/** A convolution: 3x3 of stride 1 or 4x4 of stride 2; `factor` times the channels of the first layer. */
interface Conv {
  readonly name: string;
  readonly factor: number;
  readonly down?: boolean;
  /** Its input is the former output at twice the size; what it gives is added to that of this layer. */
  readonly up?: string;
}

const first = 'conv0';
const last = 'conv9';

/** Between the first convolution and the last, which have biases and no normalisation. */
const inner: readonly Conv[] = [
  { name: 'conv1', factor: 2, down: true },
  { name: 'conv2', factor: 4, down: true },
  { name: 'conv3', factor: 8, down: true },
  { name: 'conv4', factor: 4, up: 'conv2' },
  { name: 'conv5', factor: 2, up: 'conv1' },
  { name: 'conv6', factor: 1, up: 'conv0' },
  { name: 'conv7', factor: 1 },
  { name: 'conv8', factor: 1 },
];

/**
 * The U-net discriminator: a logit for each pixel, from three halvings and three doublings with skip connections.
 *
 * 4,376,897 parameters. They are named as in BasicSR's `UNetDiscriminatorSN`: `conv0.weight`, `conv1.weight_orig`,
 * `conv1.weight_u`, `conv1.weight_v`, ..., `conv9.bias`.
 *
 * @returns logits `[batch, height, width, 1]` of `[batch, height, width, channels]` in [0, 1], sides multiples of 8
 * @throws `network/config`
 * @example
 * const network = unetDiscriminator();
 */
export function unetDiscriminator(config: UnetDiscriminatorConfig = {}): Discriminator {
  checkOptions('unet-discriminator', config, { features: integerIn(1, 1024), channels: integerIn(1, 4096) });
  const { features = 64, channels = 3 } = config;
  const name = 'unet-discriminator';
  const parameters: Record<string, ParameterSpec> = { ...plain(first, channels, features) };
  const taps: Record<string, FeatureGeometry> = {};
  let at: Required<FeatureGeometry> = { channels, stride: 1, receptiveField: 1, start: 0 };
  const slide = (conv: string, out: number, down = false): void => {
    at = slideGeometry(at, { kernel: down ? 4 : 3, stride: down ? 2 : 1, padding: 1, channels: out });
    taps[conv] = at;
  };
  slide(first, features);
  for (const conv of inner) {
    const out = conv.factor * features;
    const side = conv.down ? 4 : 3;
    Object.assign(
      parameters,
      spectralParameters(conv.name, { shape: [side, side, at.channels, out], init: torchDefault }),
    );
    if (conv.up !== undefined) at = doubled(at);
    slide(conv.name, out, conv.down);
  }
  Object.assign(parameters, plain(last, features, 1));
  slide(last, 1);

  /** Runs the layers and keeps what each convolution gives, until the last of the wanted ones. */
  const run = (x: Tensor4D, p: Scope, context: ApplyContext, wanted: readonly string[]): Record<string, Tensor4D> => {
    checkInput({ name, channels }, x);
    checkSides(x.shape, name);
    const maps: Record<string, Tensor4D> = {};
    const active: Record<string, Tensor4D> = {};
    const isDone = (): boolean => wanted.every(tap => tap in maps);
    const convolve = (conv: string, input: Tensor4D, layer: LayerParameters, down = false): void => {
      maps[conv] = conv2d(input, layer, { stride: down ? 2 : 1, padding: 1 });
      active[conv] = leakyRelu(maps[conv], { slope });
    };
    convolve(first, x, p(first));
    let before: Tensor4D = active[first]!;
    for (const { name: conv, down, up } of inner) {
      if (isDone()) return maps;
      const input = up === undefined ? before : resize(before, { scale: 2, preset: 'torch', kernel: 'linear' });
      convolve(conv, input, spectralLayer(p, conv, context), down);
      before = up === undefined ? active[conv]! : add(active[conv]!, active[up]!);
    }
    maps[last] = conv2d(before, p(last), { padding: 1 });
    return maps;
  };

  return {
    name,
    config: { features, channels },
    channels,
    parameters,
    taps,
    layers: Object.keys(taps),
    features(x, p, context, layers) {
      checkTaps({ name, taps }, layers);
      const maps = run(x, p, context, layers);
      return Object.fromEntries(layers.map(layer => [layer, maps[layer]!]));
    },
    apply: (x, p, context) => run(x, p, context, [last])[last]!,
  };
}

function plain(name: string, from: number, to: number): Record<string, ParameterSpec> {
  return {
    [`${name}.weight`]: { shape: [3, 3, from, to], layout: 'conv', init: torchDefault },
    [`${name}.bias`]: { shape: [to], layout: 'plain', init: torchDefault },
  };
}

/**
 * Behind a bilinear enlargement: of each pair of new units one sees a unit and the one before it, the other the same unit
 * and the one behind it. The square covers both.
 */
function doubled(at: Required<FeatureGeometry>): Required<FeatureGeometry> {
  return {
    channels: at.channels,
    stride: at.stride / 2,
    receptiveField: at.receptiveField + 1.5 * at.stride,
    start: at.start - at.stride,
  };
}

function checkSides([, height, width]: readonly number[], name: string): void {
  if (height! % 8 === 0 && width! % 8 === 0) return;
  throw new SrError({
    code: 'tensor/shape',
    message: `${name}: expected sides that are multiples of 8, received ${height} x ${width}.`,
  });
}
