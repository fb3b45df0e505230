/**
 * GoogLeNet (Szegedy et al. 2015) of torchvision, with batch normalisation and 3 x 3 where the paper has 5 x 5, and of
 * Caffe (BVLC), with response normalisation. Both pool in ceil mode.
 *
 * Taps of both: `conv1`, `relu1`, `pool1`, `relu2`, `conv3`, `relu3`, `pool2`, `inception3a` (after its ReLU;
 * `inception3a/linear` before it), `inception3b`, `pool3`, `inception4a` to `inception4e`, `pool4`, `inception5a`,
 * `inception5b`; Caffe's has `norm1` behind the first pool and `norm2` before the second.
 */
import type { FeatureNetwork, Layer } from './feature-network.js';

/** Channels: 1 x 1; before and after 3 x 3; before and after 5 x 5; behind the pool (table 1 of the paper). */
type Widths = readonly [number, number, number, number, number, number];

const blocks: readonly (readonly [name: string, widths: Widths])[] = [
  ['3a', [64, 96, 128, 16, 32, 32]],
  ['3b', [128, 128, 192, 32, 96, 64]],
  ['4a', [192, 96, 208, 16, 48, 64]],
  ['4b', [160, 112, 224, 24, 64, 64]],
  ['4c', [128, 128, 256, 24, 64, 64]],
  ['4d', [112, 144, 288, 32, 64, 64]],
  ['4e', [256, 160, 320, 32, 128, 128]],
  ['5a', [256, 160, 320, 32, 128, 128]],
  ['5b', [384, 192, 384, 48, 128, 128]],
];

/** The pool at the beginning of the fourth branch. */
const innerPool: Layer = { type: 'pool', kind: 'max', window: 3, stride: 1, padding: 1, ceil: true };

export const googLeNet: FeatureNetwork = {
  name: 'googlenet',
  layers: [
    ...normed('conv1', 64, 7, { stride: 2, tap: 'conv1' }),
    { type: 'relu', tap: 'relu1' },
    pool(1),
    ...normed('conv2', 64, 1),
    { type: 'relu', tap: 'relu2' },
    ...normed('conv3', 192, 3, { tap: 'conv3' }),
    { type: 'relu', tap: 'relu3' },
    pool(2),
    ...stages(normedInception, 2),
  ],
  head: [{ type: 'global-average' }, { type: 'linear', parameters: 'fc', out: 1000 }],
  // Its `transform_input` undoes the usual normalisation for the [-1, 1] of TensorFlow, whose weights these are.
  preprocessing: 'signed',
  caffeMean: [104, 117, 123],
  inputSize: 224,
};

export const caffeGoogLeNet: FeatureNetwork = {
  name: 'caffe-googlenet',
  layers: [
    { type: 'conv', tap: 'conv1', parameters: 'conv1/7x7_s2', out: 64, kernel: 7, stride: 2, padding: 3 },
    { type: 'relu', tap: 'relu1' },
    pool(1),
    responseNorm('norm1'),
    { type: 'conv', parameters: 'conv2/3x3_reduce', out: 64, kernel: 1 },
    { type: 'relu', tap: 'relu2' },
    { type: 'conv', tap: 'conv3', parameters: 'conv2/3x3', out: 192, kernel: 3, padding: 1 },
    { type: 'relu', tap: 'relu3' },
    responseNorm('norm2'),
    pool(2),
    ...stages(caffeInception, 3),
  ],
  head: [{ type: 'global-average' }, { type: 'conv', parameters: 'loss3/classifier', out: 1000, kernel: 1 }],
  preprocessing: 'caffe',
  caffeMean: [104, 117, 123],
  inputSize: 224,
};

/** The nine blocks with the pools between them; the window of the last pool is what differs. */
function stages(inception: (name: string, widths: Widths) => Layer[][], lastWindow: number): Layer[] {
  return blocks.flatMap(([name, widths]): Layer[] => [
    ...(name === '4a' ? [pool(3)] : name === '5a' ? [pool(4, lastWindow)] : []),
    { type: 'parallel', tap: `inception${name}/linear`, join: 'concat', branches: inception(name, widths) },
    { type: 'relu', tap: `inception${name}` },
  ]);
}

function normedInception(name: string, [one, three0, three, five0, five, pooled]: Widths): Layer[][] {
  const conv = (branch: string, out: number, kernel: number): Layer[] =>
    normed(`inception${name}.${branch}`, out, kernel);
  return [
    conv('branch1', one, 1),
    [...conv('branch2.0', three0, 1), { type: 'relu' }, ...conv('branch2.1', three, 3)],
    [...conv('branch3.0', five0, 1), { type: 'relu' }, ...conv('branch3.1', five, 3)],
    [innerPool, ...conv('branch4.1', pooled, 1)],
  ];
}

function caffeInception(name: string, [one, three0, three, five0, five, pooled]: Widths): Layer[][] {
  const conv = (layer: string, out: number, kernel: number): Layer => ({
    type: 'conv',
    parameters: `inception_${name}/${layer}`,
    out,
    kernel,
    padding: (kernel - 1) / 2,
  });
  return [
    [conv('1x1', one, 1)],
    [conv('3x3_reduce', three0, 1), { type: 'relu' }, conv('3x3', three, 3)],
    [conv('5x5_reduce', five0, 1), { type: 'relu' }, conv('5x5', five, 5)],
    [innerPool, conv('pool_proj', pooled, 1)],
  ];
}

function pool(index: number, window = 3): Layer {
  return { type: 'pool', kind: 'max', tap: `pool${index}`, window, stride: 2, ceil: true };
}

/** torchvision's BasicConv2d, without its ReLU. */
function normed(
  parameters: string,
  out: number,
  kernel: number,
  { stride = 1, tap }: { stride?: number; tap?: string } = {},
): Layer[] {
  const padding = (kernel - 1) / 2;
  return [
    {
      type: 'conv',
      ...(tap !== undefined && { tap }),
      parameters: `${parameters}.conv`,
      out,
      kernel,
      stride,
      padding,
      bias: false,
    },
    { type: 'norm', parameters: `${parameters}.bn`, epsilon: 1e-3 },
  ];
}

function responseNorm(tap: string): Layer {
  return { type: 'response-norm', tap, size: 5, alpha: 1e-4, beta: 0.75 };
}
