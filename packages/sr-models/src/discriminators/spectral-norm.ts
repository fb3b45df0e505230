/**
 * Spectral normalisation (Miyato et al., ICLR 2018): a weight divided by its largest singular value, which one step of power
 * iteration at each use in training follows, as in PyTorch's `torch.nn.utils.spectral_norm`.
 *
 *   v <- W'u / |W'u|,  u <- Wv / |Wv|,  W / (u'Wv)   with W as a matrix [out, in * height * width]
 *
 * u and v are constants to the gradient.
 */
import {
  customGrad,
  div,
  matMul,
  maximum,
  mul,
  norm,
  reshape,
  sum,
  type Tensor2D,
  type Tensor4D,
  transpose,
} from '@tensorflow/tfjs-core';
import type { ApplyContext, Initializer, LayerParameters, ParameterSpec, Scope } from 'sr-tensor';

/** The least length that is divided by (PyTorch's `eps`). */
const shortest = 1e-12;

/** The parameters of a spectrally normalised convolution, by their names in PyTorch: `weight_orig`, `weight_u`, `weight_v`. */
export function spectralParameters(
  layer: string,
  { shape, init }: { shape: readonly [number, number, number, number]; init: Initializer },
): Record<string, ParameterSpec> {
  const [height, width, channels, out] = shape;
  const vector = { layout: 'plain', init: unitVector, trainable: false } as const;
  return {
    [`${layer}.weight_orig`]: { shape, layout: 'conv', init },
    [`${layer}.weight_u`]: { ...vector, shape: [out] },
    [`${layer}.weight_v`]: { ...vector, shape: [channels * height * width] },
  };
}

/**
 * The weight of a convolution with the spectral norm 1, and its bias if there is one.
 *
 * In training u and v take a step first, and their new values go to `context.update`; in inference they are used as they are.
 *
 * @param p the scope that holds the layer
 * @param layer its name
 */
export function spectralLayer(p: Scope, layer: string, context: ApplyContext): LayerParameters {
  const weight = p.get(`${layer}.weight_orig`) as Tensor4D;
  const [height, width, channels, out] = weight.shape;
  const matrix = reshape(weight, [height * width * channels, out]);
  let u = reshape(p.get(`${layer}.weight_u`), [out, 1]) as Tensor2D;
  // PyTorch counts the elements of a kernel channel by channel, a tensor here pixel by pixel.
  const stored = reshape(p.get(`${layer}.weight_v`), [channels, height, width]);
  let v = reshape(transpose(stored, [1, 2, 0]), [-1, 1]) as Tensor2D;
  if (context.mode === 'training') {
    v = constant(() => unit(matMul(matrix, u)));
    u = constant(() => unit(matMul(matrix, v, true)));
    context.update(`${layer}.weight_u`, reshape(u, [out]));
    const byPixel = reshape(v, [height, width, channels]);
    context.update(`${layer}.weight_v`, reshape(transpose(byPixel, [2, 0, 1]), [-1]));
  }
  const largest = sum(mul(matMul(matrix, u), v));
  return {
    weight: div(weight, largest),
    bias: p.has(`${layer}.bias`) ? p.get(`${layer}.bias`) : undefined,
  };
}

function unit(x: Tensor2D): Tensor2D {
  return div(x, maximum(norm(x), shortest));
}

/** What `make` returns, without a gradient: an operation without inputs, inside which nothing is recorded. */
function constant(make: () => Tensor2D): Tensor2D {
  return customGrad(() => ({ value: make(), gradFunc: () => [] }))() as Tensor2D;
}

/** A random direction of length 1. */
const unitVector: Initializer = ([size = 1], random) => {
  const values = Float32Array.from({ length: size }, () => random.normal());
  const length = Math.hypot(...values);
  return values.map(value => value / Math.max(length, shortest));
};
