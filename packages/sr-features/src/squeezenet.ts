/**
 * SqueezeNet 1.1 (Iandola et al. 2016; the variant of its authors' repository), of torchvision and of Caffe: the same
 * layers, other names, other preprocessing. It pools in ceil mode.
 *
 * Taps: `conv1`, `relu1`, `pool1`, `fire2` to `fire9` (after their ReLU; `fire2/linear` before it), `pool3`, `pool5`.
 * LPIPS takes `relu1`, `fire3`, `fire5`, `fire6`, `fire7`, `fire8`, `fire9`.
 */
import type { FeatureNetwork, Layer } from './feature-network.js';

const fire = (index: number, feature: number, squeeze: number, expand: number): Layer[] => {
  const conv = (name: string, caffe: string, out: number, kernel: number): Layer => ({
    type: 'conv',
    parameters: `features.${feature}.${name}`,
    caffe: `fire${index}/${caffe}`,
    out,
    kernel,
    padding: (kernel - 1) / 2,
  });
  return [
    conv('squeeze', 'squeeze1x1', squeeze, 1),
    { type: 'relu' },
    {
      type: 'parallel',
      tap: `fire${index}/linear`,
      join: 'concat',
      branches: [[conv('expand1x1', 'expand1x1', expand, 1)], [conv('expand3x3', 'expand3x3', expand, 3)]],
    },
    { type: 'relu', tap: `fire${index}` },
  ];
};
const pool = (index: number): Layer => ({
  type: 'pool',
  kind: 'max',
  tap: `pool${index}`,
  window: 3,
  stride: 2,
  ceil: true,
});

export const squeezeNet: FeatureNetwork = {
  name: 'squeezenet1_1',
  layers: [
    { type: 'conv', tap: 'conv1', parameters: 'features.0', caffe: 'conv1', out: 64, kernel: 3, stride: 2 },
    { type: 'relu', tap: 'relu1' },
    pool(1),
    ...fire(2, 3, 16, 64),
    ...fire(3, 4, 16, 64),
    pool(3),
    ...fire(4, 6, 32, 128),
    ...fire(5, 7, 32, 128),
    pool(5),
    ...fire(6, 9, 48, 192),
    ...fire(7, 10, 48, 192),
    ...fire(8, 11, 64, 256),
    ...fire(9, 12, 64, 256),
  ],
  head: [
    { type: 'conv', parameters: 'classifier.1', caffe: 'conv10', out: 1000, kernel: 1 },
    { type: 'relu' },
    { type: 'global-average' },
  ],
  preprocessing: 'torchvision',
  caffeMean: [104, 117, 123],
  inputSize: 224,
};
