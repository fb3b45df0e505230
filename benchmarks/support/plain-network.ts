import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  conv2d,
  defineNetwork,
  type Network,
  type ParameterSpec,
  pixelShuffle,
  torchDefault,
  toTensorflowOrder,
} from 'sr-tensor';

/** 10 convolutions 3x3, 32 channels, ReLU between them, x4 pixel shuffle: 88,416 weights and 352 biases. */
export function plainNetwork(): Network {
  const channels = [3, ...Array<number>(9).fill(32), 48];
  const parameters: Record<string, ParameterSpec> = {};
  for (let i = 0; i < 10; i++) {
    parameters[`${i}.weight`] = { shape: [3, 3, channels[i]!, channels[i + 1]!], layout: 'conv', init: torchDefault };
    parameters[`${i}.bias`] = { shape: [channels[i + 1]!], layout: 'plain', init: torchDefault };
  }
  return defineNetwork({
    name: 'plain',
    scale: 4,
    radius: 10,
    parameters,
    apply(x, p): Tensor4D {
      let features = x;
      for (let i = 0; i < 9; i++) features = conv2d(features, p(`${i}`), { activation: 'relu' });
      return pixelShuffle(conv2d(features, toTensorflowOrder(p('9'), 4)), 4, { order: 'tensorflow' });
    },
  });
}
