/**
 * VGG-16 and VGG-19 (Simonyan and Zisserman 2015, table 1: configurations D and E), of torchvision and of Caffe.
 *
 * Taps: `conv1_1`, `relu1_1`, `conv1_2`, ..., `pool5`. The number of a convolution counts the stages between the pools,
 * then the convolutions in a stage.
 */
import type { FeatureNetwork, Layer } from './feature-network.js';

/** Channels of the five stages. */
const widths = [64, 128, 256, 512, 512];

export const vgg16: FeatureNetwork = vgg('vgg16', [2, 2, 3, 3, 3]);

export const vgg19: FeatureNetwork = vgg('vgg19', [2, 2, 4, 4, 4]);

/** @param depths convolutions in each stage */
function vgg(name: string, depths: readonly number[]): FeatureNetwork {
  const layers: Layer[] = [];
  depths.forEach((depth, stage) => {
    for (let i = 1; i <= depth; i++) {
      const index = `${stage + 1}_${i}`;
      // torchvision counts convolutions, ReLUs and pools alike: so far `layers` holds as many.
      const parameters = `features.${layers.length}`;
      const conv = { parameters, caffe: `conv${index}`, out: widths[stage]!, kernel: 3, padding: 1 };
      layers.push({ type: 'conv', tap: `conv${index}`, ...conv }, { type: 'relu', tap: `relu${index}` });
    }
    layers.push({ type: 'pool', kind: 'max', tap: `pool${stage + 1}`, window: 2, stride: 2 });
  });
  return {
    name,
    layers,
    head: [
      { type: 'flatten' },
      { type: 'linear', parameters: 'classifier.0', out: 4096 },
      { type: 'relu' },
      { type: 'linear', parameters: 'classifier.3', out: 4096 },
      { type: 'relu' },
      { type: 'linear', parameters: 'classifier.6', out: 1000 },
    ],
    preprocessing: 'torchvision',
    // The means in the readme of the VGG group's Caffe models.
    caffeMean: [103.939, 116.779, 123.68],
    inputSize: 224,
  };
}
