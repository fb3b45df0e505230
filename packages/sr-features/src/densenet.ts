/**
 * DenseNet-169 (Huang et al. 2017, table 1) of torchvision.
 *
 * Taps: `conv1`, `relu1`, `pool1`, `block1` to `block4` (what a dense block has gathered, before any normalisation),
 * `transition1` to `transition3` (behind their pools), `norm5`, `relu5`.
 */
import type { FeatureNetwork, Layer } from './feature-network.js';

/** Channels that a layer adds. */
const growth = 32;

const depths = [6, 12, 32, 32];

const layers: Layer[] = [
  conv('features.conv0', 64, 7, { stride: 2, tap: 'conv1' }),
  { type: 'norm', parameters: 'features.norm0' },
  { type: 'relu', tap: 'relu1' },
  { type: 'pool', kind: 'max', tap: 'pool1', window: 3, stride: 2, padding: 1 },
];
let channels = 64;
depths.forEach((depth, i) => {
  for (let j = 1; j <= depth; j++) layers.push(dense(`features.denseblock${i + 1}.denselayer${j}`, i, j === depth));
  channels += depth * growth;
  if (i === depths.length - 1) return;
  const path = `features.transition${i + 1}`;
  channels /= 2;
  layers.push({ type: 'norm', parameters: `${path}.norm` }, { type: 'relu' }, conv(`${path}.conv`, channels, 1), {
    type: 'pool',
    kind: 'average',
    tap: `transition${i + 1}`,
    window: 2,
    stride: 2,
  });
});
layers.push({ type: 'norm', tap: 'norm5', parameters: 'features.norm5' }, { type: 'relu', tap: 'relu5' });

export const denseNet169: FeatureNetwork = {
  name: 'densenet169',
  layers,
  head: [{ type: 'global-average' }, { type: 'linear', parameters: 'classifier', out: 1000 }],
  preprocessing: 'torchvision',
  caffeMean: [104, 117, 123],
  inputSize: 224,
  // The published file has a dot more, from a time when torchvision's modules were called otherwise.
  rename: name => name.replace(/(denselayer\d+\.(?:norm|conv))\.([12]\.)/, '$1$2'),
};

/** A layer of a dense block: what it was given, and 32 channels made of it. */
function dense(path: string, block: number, last: boolean): Layer {
  const branch: Layer[] = [
    { type: 'norm', parameters: `${path}.norm1` },
    { type: 'relu' },
    conv(`${path}.conv1`, 4 * growth, 1),
    { type: 'norm', parameters: `${path}.norm2` },
    { type: 'relu' },
    conv(`${path}.conv2`, growth, 3),
  ];
  return { type: 'parallel', join: 'concat', branches: [[], branch], ...(last && { tap: `block${block + 1}` }) };
}

function conv(
  parameters: string,
  out: number,
  kernel: number,
  { stride = 1, tap }: { stride?: number; tap?: string } = {},
): Layer {
  const padding = (kernel - 1) / 2;
  return {
    type: 'conv',
    ...(tap !== undefined && { tap }),
    parameters,
    out,
    kernel,
    stride,
    padding,
    bias: false,
  };
}
