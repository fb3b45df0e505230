/**
 * Where two pictures differ by the Gram distance: Gram matrices of the surroundings of each position.
 *
 *   G(p) = scale * sum over q of w(p - q) f(q) f(q)'          f(q): the features of position q, w: a Gaussian of sum 1
 *   d(p) = (1 / C^2) * sum over i, j of (G_ij(p) - A_ij(p))^2
 *
 * in each layer; the layers' maps are enlarged to the picture (bilinear) and summed, as LPIPS does with its spatial maps.
 * With a window that is much larger than the picture d(p) is the Gram distance at every p.
 */
import {
  add,
  addN,
  expandDims,
  mul,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type Encoder, gaussianBlur, resize } from 'sr-tensor';
import { type GramNormalizationInfo, unitChannels } from './gram-matrix.js';

/**
 * Products that are blurred at once: they and what is made of them take about 200 MB, or a few times a layer's features where
 * those are more.
 */
const MOST_PRODUCTS = 2 ** 23;

/**
 * The distance at every pixel, `[batch, height, width, 1]`.
 *
 * Nothing that grows with the square of the channels is held for all positions: products of some channels with the others
 * are made, blurred, squared and added up, then the next ones.
 *
 * @param a `[batch, height, width, 3]`
 * @param b the same shape
 * @param options.window the Gaussian's deviation in pixels of the picture
 */
export function gramDistanceMap(
  a: Tensor4D,
  b: Tensor4D,
  {
    encoder,
    layers,
    normalization,
    window,
  }: { encoder: Encoder; layers: readonly string[]; normalization: GramNormalizationInfo; window: number },
): Tensor4D {
  const [, height, width] = a.shape;
  return tidy(() => {
    const [of, to] = [encoder(a, { layers }), encoder(b, { layers })];
    const maps = layers.map(layer => {
      const sigma = window / encoder.geometry(layer).stride;
      return resize(layerMap(of[layer]!, to[layer]!, normalization, sigma), {
        height,
        width,
        preset: 'torch',
        kernel: 'linear',
      });
    });
    return addN(maps);
  });
}

/** d(p) of one layer: `[batch, height', width', 1]`. */
function layerMap(a: Tensor4D, b: Tensor4D, { features, scale }: GramNormalizationInfo, sigma: number): Tensor4D {
  const [batch, height, width, channels] = a.shape;
  const [f, g] = features === 'channel-unit' ? [unitChannels(a), unitChannels(b)] : [a, b];
  const step = Math.max(1, Math.floor(MOST_PRODUCTS / (batch * height * width * channels)));
  let total: Tensor4D = zeros([batch, height, width, 1]);
  for (let first = 0; first < channels; first += step) {
    const before = total;
    total = tidy(() => {
      const count = Math.min(step, channels - first);
      const products = sub(productsOf(f, first, count), productsOf(g, first, count));
      const blurred = gaussianBlur(reshape(products, [batch, height, width, -1]), { sigma, paddingMode: 'symmetric' });
      const squares: Tensor5D = square(reshape(blurred, products.shape as [number, number, number, number, number]));
      // (i, j) stands for (j, i) too, but among the channels of the block, where both are there.
      const own = slice(squares, 0, [batch, height, width, count, count]);
      return add(before, sub(mul(2, overPairs(squares)), overPairs(own)));
    }) as Tensor4D;
    before.dispose();
  }
  const factor = scale(channels, height * width, 1) / channels;
  const map = mul(total, factor ** 2);
  total.dispose();
  return map as Tensor4D;
}

/** Channels `first` to `first + count` times all from `first` on: `[batch, height, width, count, channels - first]`. */
function productsOf(x: Tensor4D, first: number, count: number): Tensor5D {
  const others = slice(x, [0, 0, 0, first], [-1, -1, -1, -1]);
  const some = slice(others, 0, [-1, -1, -1, count]);
  return mul(expandDims(some, 4), expandDims(others, 3));
}

/** Row by row, since wasm adds one number after the other. */
function overPairs(x: Tensor5D): Tensor4D {
  const sums: Tensor = sum(sum(x, 4), 3);
  return expandDims(sums, 3);
}
