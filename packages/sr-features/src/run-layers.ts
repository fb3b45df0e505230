/** The computation that a table of layers describes. */
import {
  add,
  concat,
  dispose,
  div,
  matMul,
  mean,
  mul,
  pad,
  pow,
  reshape,
  slice,
  sqrt,
  square,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { averagePool2d, batchNormLayer, conv2d, maxPool2d, relu, type Scope } from 'sr-tensor';
import type { HeadLayer, Layer, Norm, Pool, ResponseNorm } from './feature-network.js';

export interface RunOptions {
  readonly p: Scope;
  /** The taps to hand to `found`. */
  readonly wanted: ReadonlySet<string>;
  readonly found: (tap: string, maps: Tensor4D) => void;
}

/**
 * Runs layers one after the other and gives the last maps, which the caller owns. What is not wanted any more is
 * disposed at once; while gradients are recorded, tfjs keeps for itself what they need.
 */
export function runLayers(layers: readonly Layer[], x: Tensor4D, options: RunOptions): Tensor4D {
  const { wanted, found } = options;
  let now = x.clone();
  for (let i = 0; i < layers.length; i++) {
    let layer = layers[i]!;
    const next = layers[i + 1];
    const before = now;
    // A ReLU behind a convolution is computed with it, unless what lies between them is asked for.
    const rectified = layer.type === 'conv' && next?.type === 'relu' && !isWanted(layer, wanted);
    now = runLayer(layer, before, options, rectified);
    before.dispose();
    if (rectified) layer = layers[++i]!;
    if (isWanted(layer, wanted)) found(layer.tap!, now.clone());
  }
  return now;
}

/** Runs the head of a classifier: `[batch, height, width, channels]` to `[batch, classes]`. */
export function runHead(head: readonly HeadLayer[], x: Tensor4D, p: Scope): Tensor2D {
  return tidy(() => {
    let now: Tensor = x;
    for (const layer of head) {
      if (layer.type === 'conv') now = conv2d(now as Tensor4D, p(layer.parameters), { padding: layer.padding ?? 0 });
      else if (layer.type === 'relu') now = relu(now);
      else if (layer.type === 'global-average') now = mean(now, [1, 2], true);
      // In PyTorch's order: channels first.
      else if (layer.type === 'flatten') now = reshape(transpose(now, [0, 3, 1, 2]), [x.shape[0], -1]);
      else {
        const { weight, bias } = p(layer.parameters);
        now = add(matMul(reshape(now, [x.shape[0], -1]), weight as Tensor2D), bias!);
      }
    }
    return reshape(now, [x.shape[0], -1]);
  });
}

function isWanted(layer: Layer, wanted: ReadonlySet<string>): boolean {
  return layer.tap !== undefined && wanted.has(layer.tap);
}

function runLayer(layer: Layer, x: Tensor4D, options: RunOptions, rectified: boolean): Tensor4D {
  const { p } = options;
  switch (layer.type) {
    case 'conv': {
      const { stride = 1, padding = 0 } = layer;
      return conv2d(x, p(layer.parameters), { stride, padding, ...(rectified && { activation: 'relu' }) });
    }
    case 'relu':
      return relu(x);
    case 'norm':
      return normalized(x, layer, p);
    case 'pool':
      return pooled(x, layer);
    case 'response-norm':
      return responseNormalized(x, layer);
    case 'parallel': {
      const ends = layer.branches.map(branch => runLayers(branch, x, options));
      const joined = layer.join === 'concat' ? concat(ends, 3) : tidy(() => ends.reduce((sum, end) => add(sum, end)));
      dispose(ends);
      return joined;
    }
  }
}

function normalized(x: Tensor4D, { parameters, epsilon = 1e-5 }: Norm, p: Scope): Tensor4D {
  return batchNormLayer(x, p, parameters, { mode: 'inference', update() {} }, { epsilon });
}

function pooled(x: Tensor4D, pool: Pool): Tensor4D {
  if (pool.kind === 'max') return maxPool2d(x, pool);
  if (pool.kind === 'average') return averagePool2d(x, pool);
  return l2Pooled(x);
}

/**
 * DISTS_pt.py, class L2pooling with its filter_size of 5: sqrt(h * x^2 + 1e-12) with h = (1, 2, 1)/4 in both
 * directions, zeros around the image, every second pixel. h is the mean of two, twice.
 */
function l2Pooled(x: Tensor4D): Tensor4D {
  return tidy(() => {
    const squares = pad(square(x), [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    const blurred = averagePool2d(averagePool2d(squares, { window: 2, stride: 1 }), { window: 2, stride: 2 });
    return sqrt(add(blurred, 1e-12));
  });
}

function responseNormalized(x: Tensor4D, { size, alpha, beta }: ResponseNorm): Tensor4D {
  return tidy(() => {
    const channels = x.shape[3];
    const half = Math.floor(size / 2);
    const squares = pad(square(x), [
      [0, 0],
      [0, 0],
      [0, 0],
      [half, half],
    ]);
    let sum: Tensor4D | undefined;
    for (let i = 0; i < size; i++) {
      const neighbours = slice(squares, [0, 0, 0, i], [-1, -1, -1, channels]);
      sum = sum === undefined ? neighbours : add(sum, neighbours);
    }
    return div(x, pow(add(mul(sum!, alpha / size), 1), beta));
  });
}
