/**
 * What a layer knows of a picture: pictures made from its features alone (Mahendran and Vedaldi, CVPR 2015; Johnson et al.,
 * ECCV 2016, figure 3) or from its Gram matrices alone (figure 4; Gatys et al., "Texture synthesis using convolutional neural networks",
 * NIPS 2015).
 */
import { checkPicture, type Picture, SrError } from 'sr-tensor';
import type { MaskMode } from './objective.js';
import type { OptimizationStep } from './optimize-picture.js';
import { type Layers, type OptimizeStyleOptions, optimizeStyle } from './optimize-style.js';

export interface InvertFeaturesOptions
  extends Omit<
    OptimizeStyleOptions,
    'contentLayers' | 'styleLayers' | 'weights' | 'masks' | 'maskMode' | 'styleScale'
  > {
  /** Whose features are to be met. */
  readonly layers: Layers;
  /** Weight of the total variation. Default 0. */
  readonly smoothness?: number;
}

/**
 * Looks for a picture with the same features as the given one, from noise unless `start` says otherwise.
 *
 * @throws as `optimizeStyle`
 * @example
 * for await (const { picture } of invertFeatures(photo, { encoder, layers: ['relu3'], smoothness: 1e-4 })) show(picture);
 */
export function invertFeatures(
  picture: Picture,
  { layers, smoothness = 0, ...options }: InvertFeaturesOptions,
): AsyncGenerator<OptimizationStep, void, undefined> {
  const weights = { content: 1, style: 0, smoothness };
  return optimizeStyle(picture, [], { start: 'noise', ...options, contentLayers: layers, weights });
}

export interface SynthesizeTextureOptions
  extends Omit<OptimizeStyleOptions, 'contentLayers' | 'styleLayers' | 'weights' | 'masks' | 'maskMode' | 'keepColor'> {
  /** Of the result; default: the picture's. */
  readonly width?: number;
  readonly height?: number;
  /** Default: those of the preset's style. */
  readonly layers?: Layers;
  /** Weight of the total variation. Default 0. */
  readonly smoothness?: number;
}

/**
 * Makes a new picture of the texture of another: only its Gram matrices count (style reconstruction).
 *
 * The picture keeps its size as the model of the texture unless `styleScale` says otherwise.
 *
 * @throws `style/option` for sizes that are no positive integers; as `optimizeStyle`
 * @example
 * for await (const { picture } of synthesizeTexture(gravel, { width: 512, height: 256 })) show(picture);
 */
export function synthesizeTexture(
  picture: Picture,
  options: SynthesizeTextureOptions = {},
): AsyncGenerator<OptimizationStep, void, undefined> {
  checkPicture(picture, 'synthesizeTexture: picture');
  const { width = picture.width, height = picture.height, layers, smoothness = 0, ...rest } = options;
  if (![width, height].every(side => Number.isInteger(side) && side > 0)) {
    throw new SrError({
      code: 'style/option',
      message: `synthesizeTexture: expected width and height to be positive integers, received ${width} x ${height}.`,
    });
  }
  // Nothing of it but its size counts.
  const canvas: Picture = { data: new Uint8Array(width * height * 3), width, height, channels: 3 };
  return optimizeStyle(canvas, picture, {
    start: 'noise',
    styleScale: 'as-is',
    ...rest,
    ...(layers && { styleLayers: layers }),
    weights: { content: 0, smoothness },
  });
}

export interface TransferTextureOptions
  extends Omit<SynthesizeTextureOptions, 'width' | 'height' | 'start' | 'styleScale' | 'seed'> {
  /** Where the pixels start: usually the picture made smaller and enlarged again, or white. Default white. */
  readonly start?: Picture | 'white';
  /** Grey, of the picture's size: each region gets its own texture back. Default: one region, the whole. */
  readonly masks?: readonly Picture[];
  /** Default `'pixels'`, as TSRN-S. */
  readonly maskMode?: MaskMode;
}

/**
 * How much of a picture its own Gram matrices bring back, from a start that has lost it.
 *
 * By L-BFGS with a line search, every iterate clipped, at one size, unless the options say otherwise.
 *
 * @param picture whose Gram matrices are the target
 * @throws as `optimizeStyle`
 * @see Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution", ECCV Workshops 2018,
 *   figure 2
 * @example
 * for await (const { picture } of transferTexture(photo, { start: enlarged })) show(picture);
 */
export function transferTexture(
  picture: Picture,
  options: TransferTextureOptions = {},
): AsyncGenerator<OptimizationStep, void, undefined> {
  const { start = 'white', masks, layers, smoothness = 0, ...rest } = options;
  return optimizeStyle(picture, picture, {
    optimizer: 'lbfgs',
    levels: 1,
    project: true,
    // Without it, steps may raise the objective a thousandfold: over masked pixels not all of them come back from that.
    lineSearch: 'strong-wolfe',
    maskMode: 'pixels',
    ...rest,
    start,
    ...(masks && { masks: masks.map(mask => ({ content: mask, style: mask })) }),
    ...(layers && { styleLayers: layers }),
    weights: { content: 0, smoothness },
  });
}
