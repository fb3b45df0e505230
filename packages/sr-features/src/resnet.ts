/**
 * ResNet-18 and ResNet-50 (He et al. 2016, table 1) of torchvision, which strides in the 3 x 3 of a bottleneck.
 *
 * Taps: `conv1`, `relu1`, `pool1`, then for each block of the paper's stages conv2_x to conv5_x its sum, `conv2_1` and so
 * on, and the ReLU behind it, `relu2_1` and so on (`relu4_2` has stride 16).
 */
import type { FeatureNetwork, Layer } from './feature-network.js';

export const resNet18: FeatureNetwork = resNet('resnet18', [2, 2, 2, 2], basic, 1);

export const resNet50: FeatureNetwork = resNet('resnet50', [3, 4, 6, 3], bottleneck, 4);

type Block = (name: string, width: number, stride: number) => Layer[];

/** @param expansion channels behind a block in units of its width */
function resNet(name: string, depths: readonly number[], block: Block, expansion: number): FeatureNetwork {
  const layers: Layer[] = [
    ...normed('conv1', 'bn1', { out: 64, kernel: 7, stride: 2, tap: 'conv1' }),
    { type: 'relu', tap: 'relu1' },
    { type: 'pool', kind: 'max', tap: 'pool1', window: 3, stride: 2, padding: 1 },
  ];
  depths.forEach((depth, stage) => {
    const width = 64 * 2 ** stage;
    for (let i = 0; i < depth; i++) {
      const path = `layer${stage + 1}.${i}`;
      const stride = i === 0 && stage > 0 ? 2 : 1;
      const out = width * expansion;
      // Where size or channels change, the shortcut is a convolution.
      const changes = i === 0 && (stage > 0 || expansion > 1);
      const shortcut = changes
        ? normed(`${path}.downsample.0`, `${path}.downsample.1`, { out, kernel: 1, stride })
        : [];
      const index = `${stage + 2}_${i + 1}`;
      layers.push(
        { type: 'parallel', tap: `conv${index}`, join: 'add', branches: [block(path, width, stride), shortcut] },
        { type: 'relu', tap: `relu${index}` },
      );
    }
  });
  return {
    name,
    layers,
    head: [{ type: 'global-average' }, { type: 'linear', parameters: 'fc', out: 1000 }],
    preprocessing: 'torchvision',
    caffeMean: [104, 117, 123],
    inputSize: 224,
  };
}

function basic(path: string, width: number, stride: number): Layer[] {
  return [
    ...normed(`${path}.conv1`, `${path}.bn1`, { out: width, kernel: 3, stride }),
    { type: 'relu' },
    ...normed(`${path}.conv2`, `${path}.bn2`, { out: width, kernel: 3 }),
  ];
}

function bottleneck(path: string, width: number, stride: number): Layer[] {
  return [
    ...normed(`${path}.conv1`, `${path}.bn1`, { out: width, kernel: 1 }),
    { type: 'relu' },
    ...normed(`${path}.conv2`, `${path}.bn2`, { out: width, kernel: 3, stride }),
    { type: 'relu' },
    ...normed(`${path}.conv3`, `${path}.bn3`, { out: 4 * width, kernel: 1 }),
  ];
}

/** A convolution and its normalisation. */
function normed(
  conv: string,
  norm: string,
  { out, kernel, stride = 1, tap }: { out: number; kernel: number; stride?: number; tap?: string },
): Layer[] {
  const padding = (kernel - 1) / 2;
  const named = tap === undefined ? {} : { tap };
  return [
    { type: 'conv', ...named, parameters: conv, out, kernel, stride, padding, bias: false },
    { type: 'norm', parameters: norm },
  ];
}
