/**
 * Gram matrices: which features of a layer occur together, whatever their place.
 *
 * With F the features of one image as an N x M matrix (N channels, M = H W positions), G = scale * F F'. Publications
 * differ in the scale, in what they do to F before and to G after:
 *
 * | normalization | G |
 * |---|---|
 * | `gatys` | F F' |
 * | `johnson`, `tsrn-code`, `fast-neural-style`, `neural-style` | F F' / (N M) |
 * | `neural-image-synthesis` | F F' / M |
 * | `pytorch-tutorial` | F F' / (B N M), B the batch |
 * | `channel-unit` | U U' / M, U: every position of F divided by its length over the channels |
 * | `frobenius` | F F' / ||F F'||, so that the squares of G sum to 1 |
 */
import {
  add,
  div,
  getBackend,
  matMul,
  maximum,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  stack,
  sum,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  backend as tfBackend,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkShape, defineOperation, nativeBackend, SrError } from 'sr-tensor';

export type GramNormalization =
  | 'gatys'
  | 'johnson'
  | 'tsrn-code'
  | 'fast-neural-style'
  | 'neural-style'
  | 'neural-image-synthesis'
  | 'pytorch-tutorial'
  | 'channel-unit'
  | 'frobenius';

export interface GramNormalizationInfo {
  /** What F F' / M is multiplied by, of N channels, M positions and B images. */
  readonly scale: (channels: number, positions: number, batch: number) => number;
  /** What is done to the features before. */
  readonly features?: 'channel-unit';
  /** What is done to the matrix after. */
  readonly matrix?: 'frobenius';
  readonly reference: string;
}

const perChannel = (channels: number): number => 1 / channels;
const mean = (): number => 1;

/** The published normalisations by name. */
export const gramNormalizations: Readonly<Record<GramNormalization, GramNormalizationInfo>> = {
  gatys: {
    scale: (_channels, positions) => positions,
    reference: 'Gatys et al., Image style transfer using convolutional neural networks, CVPR 2016, eq. 3',
  },
  johnson: {
    scale: perChannel,
    reference: 'Johnson et al., Perceptual losses for real-time style transfer and super-resolution, ECCV 2016, eq. 3',
  },
  'tsrn-code': {
    scale: perChannel,
    reference:
      'training code of Gondal et al., The unreasonable effectiveness of texture transfer for single image super-resolution, ECCVW 2018',
  },
  'fast-neural-style': { scale: perChannel, reference: 'github.com/jcjohnson/fast-neural-style, GramMatrix.lua' },
  'neural-style': { scale: perChannel, reference: 'github.com/jcjohnson/neural-style, neural_style.lua' },
  'neural-image-synthesis': {
    scale: mean,
    reference: 'github.com/leongatys/NeuralImageSynthesis and its PyTorch form, GramMatrix',
  },
  'pytorch-tutorial': {
    scale: (channels, _positions, batch) => 1 / (batch * channels),
    reference: 'PyTorch tutorial Neural transfer using PyTorch, gram_matrix',
  },
  'channel-unit': {
    scale: mean,
    features: 'channel-unit',
    reference:
      'features normalised as in Zhang et al., The unreasonable effectiveness of deep features as a perceptual metric, CVPR 2018, eq. 1',
  },
  frobenius: {
    scale: mean,
    matrix: 'frobenius',
    reference: 'a reading of "normalized Gram matrices" in Gondal et al. 2018, section 7',
  },
};

export interface GramOptions {
  /** Default `'johnson'`. */
  normalization?: GramNormalization;
}

/**
 * The Gram matrix of each image of a batch of feature maps.
 *
 * Nothing larger than one N x N matrix an image is built. Where floats have half precision F is divided by sqrt(M) before
 * the product, so that sums over millions of positions stay in their range. (`gatys` asks for the undivided sum in the end.)
 *
 * @param features `[batch, height, width, channels]`
 * @returns `[batch, channels, channels]`; symmetric, differentiable any number of times
 * @throws `tensor/shape`, `gram/normalization`
 * @see the table above; `gramNormalizations` names the source of each
 * @example
 * const gram = gramMatrix(features, { normalization: 'johnson' });
 */
export function gramMatrix(features: Tensor4D, options: GramOptions = {}): Tensor3D {
  checkShape(features, '[batch, height, width, channels]', 'gramMatrix: features');
  const normalization = gramNormalization(options);
  return tidy(() =>
    finish(meanProducts({ features: positions(prepare(features, normalization)) }, {}), features, normalization),
  );
}

export interface GuidedGramOptions extends GramOptions {
  /**
   * `'unit'` (default): each guide is divided by the root of its mean square, so that a region's matrix does not depend
   * on its area; an empty region has a matrix of zeros. `'none'`: as it is; the matrices of regions that partition the
   * image then add up to that of the whole image (where the normalisation is linear).
   */
  guideNormalization?: 'unit' | 'none';
}

/**
 * The Gram matrix of each region of each image: that of the features multiplied by a guide.
 *
 * G_r = scale * (T_r F)(T_r F)', T_r a guide with one value a position, its mean square 1.
 *
 * @param features `[batch, height, width, channels]`
 * @param guides `[batch, height, width, regions]` or one for all images, `[1, height, width, regions]`, of the size of
 *   the features; `layerGuides` makes them from masks
 * @returns `[batch, regions, channels, channels]`
 * @throws `tensor/shape`, `gram/normalization`
 * @see Gatys et al., "Controlling perceptual factors in neural style transfer", CVPR 2017, section 4.1
 * @example
 * const [, height, width] = features.shape;
 * const guides = layerGuides(masks, { height, width });
 * const grams = guidedGramMatrices(features, guides);
 */
export function guidedGramMatrices(
  features: Tensor4D,
  guides: Tensor4D,
  { guideNormalization = 'unit', ...options }: GuidedGramOptions = {},
): Tensor4D {
  checkShape(features, '[batch, height, width, channels]', 'guidedGramMatrices: features');
  const [batch, height, width] = features.shape;
  const guideBatch = guides.shape[0] === 1 ? 1 : batch;
  checkShape(guides, `[${guideBatch}, ${height}, ${width}, regions]`, 'guidedGramMatrices: guides');
  const normalization = gramNormalization(options);
  return tidy(() => {
    const prepared = prepare(features, normalization);
    const used = guideNormalization === 'unit' ? unitGuides(guides) : guides;
    const matrices = Array.from({ length: guides.shape[3] }, (_, region) =>
      tidy(() => {
        const guide = slice(used, [0, 0, 0, region], [-1, -1, -1, 1]);
        return finish(meanProducts({ features: positions(mul(prepared, guide)) }, {}), features, normalization);
      }),
    );
    return stack(matrices, 1) as Tensor4D;
  });
}

/**
 * Every position divided by its length over the channels: f / (|f| + 1e-10), as LPIPS does.
 *
 * Positions whose features are all 0 stay 0 and have a finite gradient.
 *
 * @param features `[batch, height, width, channels]`
 * @see Zhang et al., CVPR 2018; github.com/richzhang/PerceptualSimilarity, `normalize_tensor`
 */
export function unitChannels(features: Tensor4D): Tensor4D {
  return tidy(() => {
    const tiny = least();
    const root = Math.sqrt(features.shape[3]);
    // The channels are divided before they are squared, for half precision.
    const squares = sum(square(div(features, root)), 3, true);
    return div(features, add(mul(sqrt(maximum(squares, tiny ** 2)), root), tiny));
  });
}

/** The normalisation that the options name; throws `gram/normalization` if there is none of the name. */
export function gramNormalization({ normalization = 'johnson' }: GramOptions): GramNormalizationInfo {
  if (Object.hasOwn(gramNormalizations, normalization)) return gramNormalizations[normalization];
  throw new SrError({
    code: 'gram/normalization',
    message: `gramMatrix: expected a normalization of ${Object.keys(gramNormalizations).join(', ')}, received "${normalization}".`,
  });
}

function prepare(features: Tensor4D, { features: how }: GramNormalizationInfo): Tensor4D {
  return how === 'channel-unit' ? unitChannels(features) : features;
}

function positions(features: Tensor4D): Tensor3D {
  const [batch, height, width, channels] = features.shape;
  return reshape(features, [batch, height * width, channels]);
}

function finish(means: Tensor3D, { shape }: Tensor4D, { scale, matrix }: GramNormalizationInfo): Tensor3D {
  const [batch, height, width, channels] = shape;
  if (matrix === 'frobenius') return unitMatrices(means);
  const factor = scale(channels, height * width, batch);
  return factor === 1 ? means : mul(means, factor);
}

/** Each matrix divided by the root of the sum of its squares; zeros stay zeros. */
function unitMatrices(matrices: Tensor3D): Tensor3D {
  const size = matrices.shape[1];
  // Row by row: wasm adds one number after the other.
  const squares = sum(sum(square(div(matrices, size)), 2, true), 1, true);
  return div(matrices, mul(sqrt(maximum(squares, least() ** 2)), size));
}

function unitGuides(guides: Tensor4D): Tensor4D {
  const [, height, width] = guides.shape;
  const meanSquare = sum(square(div(guides, Math.sqrt(height * width))), [1, 2], true);
  return div(guides, sqrt(maximum(meanSquare, least() ** 2)));
}

/** LPIPS's epsilon where floats can hold its square. */
function least(): number {
  return tfBackend().floatPrecision() === 16 ? 2 ** -12 : 1e-10;
}

/** F F' / M of each image, from F' `[batch, M, N]`. */
const meanProducts: (inputs: { features: Tensor3D }, attributes: object) => Tensor3D = /* @__PURE__ */ defineOperation({
  name: 'sr.meanProducts',
  forward: ({ features }) => {
    const positions = features.shape[1];
    // Half-precision floats could not hold the undivided sum; others are spared a pass over all features.
    if (tfBackend().floatPrecision() === 16) return products(mul(features, 1 / Math.sqrt(positions)));
    return mul(products(features), 1 / positions);
  },
  gradient: (dy, { features }) => ({
    features: () => eachImage([mul(features, 1 / features.shape[1]), add(dy, transpose(dy, [0, 2, 1]))], matMul),
  }),
});

/** Positions a channel above which oneDNN's product is faster, up to twice; below, TensorFlow's own is (measured). */
const LONG = 4;

function products(features: Tensor3D): Tensor3D {
  const [, positions, channels] = features.shape;
  const native = nativeBackend();
  if (native?.hasOneDnnProduct && positions > LONG * channels) {
    return native.runOneDnn('BatchMatMulV2', [features, features], { adj_x: true, adj_y: false });
  }
  // wasm transposes inside of a product ten times slower than before it.
  return eachImage([features], f => (getBackend() === 'wasm' ? matMul(transpose(f), f) : matMul(f, f, true)));
}

/** Products of rank 2, image by image: wasm multiplies batches of matrices forty times slower. */
function eachImage(batches: Tensor3D[], compute: (...images: [Tensor2D, Tensor2D]) => Tensor2D): Tensor3D {
  const products = Array.from({ length: batches[0]!.shape[0] }, (_, i) => {
    // Not split: its gradient fails for a batch of one (tfjs 4.22).
    const images = batches.map(batch => reshape(slice(batch, [i, 0, 0], [1, -1, -1]), batch.shape.slice(1)));
    return compute(...(images as [Tensor2D, Tensor2D]));
  });
  return stack(products) as Tensor3D;
}
