/** The network of the golden cases, a twin of `small_encoder` and `small_critic` in tools/oracles/losses.py. */
import { matMul, mean, type Tensor, type Tensor2D, type Tensor4D, tensor, tidy } from '@tensorflow/tfjs-core';
import { conv2d, type Encoder, leakyRelu, Random } from 'sr-tensor';

const shapes: readonly number[][] = [[3, 3, 3, 4], [4], [3, 3, 4, 5], [5], [5, 1]];

/**
 * Two convolutions, their biases and a linear layer.
 *
 * For finite differences `bias` (that much, with alternating signs) keeps the leaky ReLU away from its kink, and weights that
 * are all positive keep the differences of features from changing signs where those of the images do not.
 */
export function smallWeights({ low = -0.5, bias }: { low?: number; bias?: number } = {}): Tensor[] {
  const random = new Random(3);
  return shapes.map(shape => {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length: size }, () => random.uniform(low, 0.5));
    const isBias = shape.length === 1 && bias !== undefined;
    return tensor(isBias ? values.map((_, i) => (i % 2 === 0 ? bias : -bias)) : values, shape);
  });
}

function features(images: Tensor4D, [weight1, bias1, weight2, bias2]: readonly Tensor[]): Record<SmallLayer, Tensor4D> {
  const first = conv2d(images, { weight: weight1!, bias: bias1 });
  const second = conv2d(leakyRelu(first, { slope: 0.2 }), { weight: weight2!, bias: bias2 }, { stride: 2 });
  return { first, second };
}

export type SmallLayer = 'first' | 'second';

export function smallEncoder(weights: readonly Tensor[]): Encoder<SmallLayer> {
  return Object.assign((images: Tensor4D): Record<SmallLayer, Tensor4D> => features(images, weights), {
    encoderName: 'small',
    layers: ['first', 'second'] as const,
    geometry: () => ({ channels: 5, stride: 2, receptiveField: 5 }),
    dispose: () => {},
  });
}

/** A logit an image: `[batch, 1]`. */
export function smallCritic(images: Tensor4D, weights: readonly Tensor[]): Tensor {
  return tidy(() => matMul(mean(features(images, weights).second, [1, 2]) as Tensor2D, weights[4] as Tensor2D));
}

/** `gradientsAt` of `testLoss` for L1 distances of features: the prediction is brighter everywhere. */
export function brighter(shape: readonly number[]): [Float32Array, Float32Array] {
  const random = new Random(5);
  const size = shape.reduce((product, n) => product * n, 1);
  const target = Float32Array.from({ length: size }, () => random.uniform(0.3, 0.6));
  return [target.map(value => value + random.uniform(0.2, 0.3)), target];
}
