/**
 * AlexNet as torchvision has it (Krizhevsky 2014, "One weird trick", without its groups).
 *
 * Taps: `conv1` to `conv5`, `relu1` to `relu5`, `pool1`, `pool2`, `pool5`. LPIPS takes `relu1` to `relu5`.
 */
import type { FeatureNetwork, Layer } from './feature-network.js';

const conv = (index: number, feature: number, out: number, kernel: number, padding: number, stride = 1): Layer[] => [
  { type: 'conv', tap: `conv${index}`, parameters: `features.${feature}`, out, kernel, padding, stride },
  { type: 'relu', tap: `relu${index}` },
];
const pool = (index: number): Layer => ({ type: 'pool', kind: 'max', tap: `pool${index}`, window: 3, stride: 2 });

export const alexNet: FeatureNetwork = {
  name: 'alexnet',
  layers: [
    ...conv(1, 0, 64, 11, 2, 4),
    pool(1),
    ...conv(2, 3, 192, 5, 2),
    pool(2),
    ...conv(3, 6, 384, 3, 1),
    ...conv(4, 8, 256, 3, 1),
    ...conv(5, 10, 256, 3, 1),
    pool(5),
  ],
  head: [
    { type: 'flatten' },
    { type: 'linear', parameters: 'classifier.1', out: 4096 },
    { type: 'relu' },
    { type: 'linear', parameters: 'classifier.4', out: 4096 },
    { type: 'relu' },
    { type: 'linear', parameters: 'classifier.6', out: 1000 },
  ],
  preprocessing: 'torchvision',
  caffeMean: [104, 117, 123],
  inputSize: 224,
};
