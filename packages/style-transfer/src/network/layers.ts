/** The layers of an image transformation network: a table of them, and what one does. */
import {
  add,
  mul,
  relu,
  reverse,
  slice,
  sub,
  type Tensor,
  type Tensor4D,
  tanh,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { conv2d, conv2dTranspose, pad, resize, type Scope } from 'sr-tensor';

/** One convolution with what follows it. */
export interface StyleLayer {
  /** Of its weight and bias. */
  readonly parameters: string;
  readonly from: number;
  readonly to: number;
  /** Side of the kernel. */
  readonly kernel: 3 | 9;
  /** What happens to height and width: halved by the stride, doubled by a transposed convolution or before a plain one. */
  readonly change: 'none' | 'halve' | 'double-transposed' | 'double-nearest';
  readonly padding: 'zero' | 'reflect' | 'none';
  /** The name of the normalisation that follows; undefined: none, and no activation. */
  readonly norm?: string;
  /** Whether a ReLU follows the normalisation. */
  readonly isRectified: boolean;
  /** Whether the input of the layer before is added in the end, the middle of it if it is larger. */
  readonly isResidual: boolean;
}

/** What normalises the output of a layer; it has the right to free nothing. */
export type Normalize = (features: Tensor4D, norm: string) => Tensor4D;

/** `code`: 150 tanh(y) + mean in BGR; `paper`: 127.5 (1 + tanh(y)) in RGB; `linear`: y in RGB. All in [0, 255]. */
export type StyleOutput = 'code' | 'paper' | 'linear';

/** Of ImageNet as the VGG networks take it, blue, green, red in [0, 255] (readme of the VGG group's Caffe models). */
const meanColor = [103.939, 116.779, 123.68];

/** RGB in [0, 1] as the first layer takes it, with the margin of `reflect-start`. */
export function enter(x: Tensor4D, { output, margin }: { output: StyleOutput; margin: number }): Tensor4D {
  return tidy(() => {
    const levels = mul<Tensor4D>(x, 255);
    if (output === 'linear') return pad(levels, margin, { mode: 'reflect' });
    const mean = tensor1d(meanColor);
    const centered = output === 'code' ? sub(reverse(levels, 3), mean) : sub(levels, reverse(mean));
    return pad(centered as Tensor4D, margin, { mode: 'reflect' });
  });
}

/** What the last layer gives as RGB, 1 being full intensity. */
export function leave(y: Tensor4D, output: StyleOutput): Tensor4D {
  return tidy(() => {
    if (output === 'linear') return mul(y, 1 / 255);
    if (output === 'paper') return mul(add(tanh(y), 1), 0.5);
    return reverse(mul(add(mul(tanh(y), 150), tensor1d(meanColor)), 1 / 255), 3) as Tensor4D;
  });
}

/**
 * Runs layers one after the other.
 *
 * @param step `tidy`, or what calls its argument only where tensors have to outlive a layer (running statistics)
 * @param onLayer is told the output of each layer; it is freed when the layers behind have used it
 */
export function runLayers(
  x: Tensor4D,
  layers: readonly StyleLayer[],
  {
    p,
    normalize,
    step = run => tidy(run),
    onLayer,
  }: {
    p: Scope;
    normalize: Normalize;
    step?: (run: () => Tensor4D) => Tensor4D;
    onLayer?: (layer: StyleLayer, output: Tensor4D) => void;
  },
): Tensor4D {
  let [before, value] = [x, x];
  for (const layer of layers) {
    const next = step(() => {
      const convolved = convolve(value, layer, p);
      if (layer.norm === undefined) return convolved;
      const normalized = normalize(convolved, layer.norm);
      const active = layer.isRectified ? relu(normalized) : normalized;
      return layer.isResidual ? add<Tensor4D>(active, middle(before, active)) : active;
    });
    onLayer?.(layer, next);
    if (before !== value && before !== x) before.dispose();
    [before, value] = [value, next];
  }
  if (before !== x) before.dispose();
  return value;
}

/** The convolution of a layer alone, without normalisation. */
function convolve(x: Tensor4D, { parameters, change, padding }: StyleLayer, p: Scope): Tensor4D {
  const weights = p(parameters);
  if (change === 'double-transposed') {
    return conv2dTranspose(x, weights, { stride: 2, padding: 1, outputPadding: 1 });
  }
  const input = change === 'double-nearest' ? resize(x, { scale: 2, preset: 'torch', kernel: 'nearest' }) : x;
  return conv2d(input, weights, {
    stride: change === 'halve' ? 2 : 1,
    padding: padding === 'none' ? 'valid' : 'same',
    paddingMode: padding === 'reflect' ? 'reflect' : 'zero',
  });
}

function middle(x: Tensor4D, { shape }: Tensor): Tensor4D {
  const [, height, width] = shape as [number, number, number, number];
  if (x.shape[1] === height && x.shape[2] === width) return x;
  return slice(x, [0, (x.shape[1] - height) / 2, (x.shape[2] - width) / 2, 0], [-1, height, width, -1]);
}
