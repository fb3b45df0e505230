import { add, div, sqrt, square, type Tensor4D, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Encoder, FeatureGeometry, LayerParameters } from '../network.js';
import { conv2d } from '../ops/conv2d.js';
import { Random } from '../random.js';

/** The layers of `tinyEncoder`. */
export type TinyLayer = 'first' | 'second';

const kernel = 3;
const specs = {
  first: { inputs: 3, channels: 4, stride: 1, geometry: { channels: 4, stride: 1, receptiveField: 3, start: -1 } },
  second: { inputs: 4, channels: 6, stride: 2, geometry: { channels: 6, stride: 2, receptiveField: 5, start: -2 } },
} as const;

/**
 * An encoder for tests of what is built on encoders: two convolutions 3 x 3, of strides 1 and 2, each followed by
 * z / sqrt(1 + z^2).
 *
 * Smooth, so that finite differences meet no kink (not tanh, whose second derivative is wrong in tfjs 4.22); with weights
 * from `Random`, so that an oracle in Python has the same ones (tools/oracles/tiny_encoder.py).
 *
 * @example
 * const encoder = tinyEncoder();
 * const { second } = encoder(images, { layers: ['second'] });
 * encoder.dispose();
 */
export function tinyEncoder(seed = 5): Encoder<TinyLayer> {
  const random = new Random(seed);
  const first = draw(random, specs.first);
  const second = draw(random, specs.second);
  const encode = (images: Tensor4D, { layers }: { layers: readonly TinyLayer[] }): Record<TinyLayer, Tensor4D> =>
    tidy(() => {
      const maps: Partial<Record<TinyLayer, Tensor4D>> = {};
      const low = bend(conv2d(images, first, { stride: specs.first.stride }));
      if (layers.includes('first')) maps.first = low;
      if (layers.includes('second')) maps.second = bend(conv2d(low, second, { stride: specs.second.stride }));
      return maps as Record<TinyLayer, Tensor4D>;
    });
  return Object.assign(encode, {
    encoderName: 'tiny',
    layers: ['first', 'second'] as const,
    geometry: (layer: TinyLayer): FeatureGeometry => specs[layer].geometry,
    dispose: () => {
      for (const { weight, bias } of [first, second]) {
        weight.dispose();
        bias?.dispose();
      }
    },
  });
}

function bend(z: Tensor4D): Tensor4D {
  return div(z, sqrt(add(square(z), 1)));
}

/** Weights of unit variance over a kernel, biases up to 0.1. */
function draw(random: Random, { inputs, channels }: { inputs: number; channels: number }): LayerParameters {
  const bound = Math.sqrt(3 / (kernel * kernel * inputs));
  const values = (count: number, limit: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.uniform(-limit, limit));
  const weight = tensor4d(values(kernel * kernel * inputs * channels, bound), [kernel, kernel, inputs, channels]);
  return { weight, bias: tensor1d(values(channels, 0.1)) };
}
