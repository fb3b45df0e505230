/**
 * Style transfer by optimisation: the pixels themselves are changed until the features of a network agree with those of the
 * content, and their Gram matrices with those of the styles (Gatys et al., CVPR 2016).
 */
import { add, fill, mul, slice, type Tensor4D, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { type ResizeTarget, resizePicture } from 'sr-data';
import { checkPicture, type Encoder, fullValue, type Picture, pictureToTensor, Random, SrError } from 'sr-tensor';
import { type KeepColor, keepColors } from '../color/keep-colors.js';
import { blend, checkStrength } from '../strength.js';
import { defaultLayers, defaultPreset, loadPresetEncoder } from './encoders.js';
import { createObjective, type MaskMode, type StyleRegion } from './objective.js';
import {
  type Level,
  type MinimizerOptions,
  type OptimizationState,
  type OptimizationStep,
  optimizePicture,
} from './optimize-picture.js';
import { type OptimizationPreset, optimizationForm, type TermWeights } from './presets.js';

/** A style picture and its share among several. */
export interface WeightedStyle {
  readonly picture: Picture;
  /** Default 1; shares count relative to each other. */
  readonly weight?: number;
}

/** A region of the content, and what it is painted with. */
export interface StyleMask {
  /** Grey, of the content's size: white inside. */
  readonly content: Picture;
  /** Grey, of the style's size: where the style is taken from. Default: the whole. */
  readonly style?: Picture;
  /** Which of several styles, counted from 0. Default 0. */
  readonly of?: number;
}

export interface OptimizeStyleOptions extends MinimizerOptions {
  /** Default: `'squeezenet'` or `'alexnet'` for an encoder that is one, else `'gatys'`. */
  readonly preset?: OptimizationPreset;
  /** The network; it stays the caller's. Default: that of the preset, fetched from its publisher. */
  readonly encoder?: Encoder;
  /** Layers with the weight 1, or with weights. Default: the preset's; for networks without them see `defaultLayers`. */
  readonly contentLayers?: Layers;
  readonly styleLayers?: Layers;
  /** Of the terms; what is left out is the preset's. */
  readonly weights?: Partial<TermWeights>;
  /** Where the pixels start: a picture of any size, the content, noise around the mean colour, or white. Default: the preset's. */
  readonly start?: 'noise' | 'content' | 'white' | Picture;
  /** Of the noise. Default 0. */
  readonly seed?: number;
  /** At each size. Default: the preset's. */
  readonly iterations?: number;
  /** How many sizes, each twice the one before, the last the content's. Default: the preset's (1 of the published ones), fewer for small pictures. */
  readonly levels?: number;
  /**
   * The longer side of the styles in units of the content's: what is small in them becomes large at 2. Default 1;
   * `'as-is'`: they keep their size, and become smaller as the content does at coarse levels.
   */
  readonly styleScale?: number | 'as-is';
  /** Regions; without them the whole picture takes all styles. */
  readonly masks?: readonly StyleMask[];
  /** Default `'guided'`. */
  readonly maskMode?: MaskMode;
  /** From 0, the content, to 1, the full style: what is shown is a blend of both. Default 1. */
  readonly strength?: number;
  /** Divides the gradient of each layer by the sum of its absolute values (neural-style). Default false. */
  readonly normalizeGradients?: boolean;
  /** Default: the style's colours come along. */
  readonly keepColor?: KeepColor;
  /** `before`: the styles take the content's colours; `after`: the result does. Default: `luma` after, the others before. */
  readonly keepColorWhen?: 'before' | 'after';
  readonly signal?: AbortSignal;
  /** Goes on from there, with the same pictures and options otherwise. */
  readonly resume?: OptimizationState;
}

/** Layers with their weights, or layers of the weight 1. */
export type Layers = readonly string[] | Readonly<Record<string, number>>;

/**
 * Paints the content in the manner of the styles.
 *
 * Each iteration yields the picture as it is by then and what it cost. The last one that is yielded is the result; breaking
 * off the loop frees everything.
 *
 * @param content decides the size of the result
 * @param styles one, or several with weights
 * @param options see `OptimizeStyleOptions`
 * @throws `style/preset`, `style/option`, `style/too-small` if a picture is too small for the deepest layer, `style/masks` for masks of
 *   another size or without a white pixel, `style/strength`, `style/diverged`, `style/state`, `layer/unknown`, `weights/unavailable`, `aborted`
 * @see Gatys et al., "Image style transfer using convolutional neural networks", CVPR 2016; the presets' table
 * @example
 * for await (const { picture, losses } of optimizeStyle(photo, painting, { preset: 'gatys' })) show(picture, losses.total);
 */
export async function* optimizeStyle(
  content: Picture,
  styles: Picture | readonly (Picture | WeightedStyle)[],
  options: OptimizeStyleOptions = {},
): AsyncGenerator<OptimizationStep, void, undefined> {
  const form = optimizationForm(options.preset ?? defaultPreset(options.encoder));
  checkPicture(content, 'optimizeStyle: content');
  const { keepColor, strength = 1, signal, iterations = form.iterations } = options;
  const count = options.levels ?? levelsFor(content, form.levels);
  const list = weighted(styles);
  checkOptions(options, list);
  checkStrength(strength, 'optimizeStyle');
  checkMasks(content, list, options.masks);
  const after =
    keepColor !== undefined && (options.keepColorWhen ?? (keepColor === 'luma' ? 'after' : 'before')) === 'after';
  const sources =
    keepColor === undefined || after
      ? list
      : list.map(({ picture, weight }) => ({ weight, picture: keepColors(picture, content, keepColor) }));

  const encoder = options.encoder ?? (await loadPresetEncoder(form.network, layersIn(form, options), signal));
  try {
    const { contentLayers, styleLayers } = chosenLayers(encoder, form, options);
    const weights = { ...form.weights, ...options.weights };
    const levels = Array.from({ length: count }, (_, index): Level => {
      const factor = 1 / 2 ** (count - 1 - index);
      const size = scaledSize(content, factor);
      return {
        ...size,
        iterations,
        objective() {
          const made: Tensor4D[] = [];
          const tensor = (picture: Picture, target: { width: number; height: number }): Tensor4D => {
            const image = pictureToTensor(fitted(picture, target));
            made.push(image);
            return image;
          };
          try {
            const regions = regionsOf(sources, options, { size, factor, tensor, made });
            const image = tensor(content, size);
            const deepest = {
              content: weights.content === 0 ? [] : Object.keys(contentLayers),
              style: weights.style === 0 ? [] : Object.keys(styleLayers),
            };
            checkLeastSize(
              encoder,
              image,
              [...deepest.content, ...(regions.length > 0 ? deepest.style : [])],
              'content',
            );
            for (const { image: style } of regions.flatMap(({ parts }) => parts)) {
              checkLeastSize(encoder, style, deepest.style, 'style');
            }
            return createObjective(image, regions, {
              ...form,
              encoder,
              contentLayers,
              styleLayers,
              weights,
              maskMode: options.maskMode ?? 'guided',
              normalizesGradients: options.normalizeGradients ?? false,
            });
          } finally {
            for (const image of made) image.dispose();
          }
        },
      };
    });
    yield* optimizePicture(levels, startOf(content, levels[0]!, options, form), {
      optimizer: form.optimizer,
      ...(form.learningRate !== undefined &&
        (options.optimizer ?? form.optimizer) === form.optimizer && {
          learningRate: form.learningRate,
        }),
      ...options,
      units: form.units,
      project: options.project ?? form.isProjected,
      finish(picture) {
        const photo = fitted(content, picture);
        const blended = strength === 1 ? picture : blend(photo, picture, strength);
        return after ? keepColors(blended, photo, keepColor!) : blended;
      },
    });
  } finally {
    if (options.encoder === undefined) encoder.dispose();
  }
}

/** At coarser sizes than this there is nothing to see. */
const leastSide = 32;

/** As many sizes as there may be, fewer for small pictures. */
function levelsFor({ width, height }: Picture, most: number): number {
  const halvings = Math.floor(Math.log2(Math.min(width, height) / leastSide));
  return Math.max(1, Math.min(most, halvings + 1));
}

function weighted(styles: Picture | readonly (Picture | WeightedStyle)[]): Required<WeightedStyle>[] {
  const list = Array.isArray(styles) ? (styles as readonly (Picture | WeightedStyle)[]) : [styles as Picture];
  return list.map(style => ('picture' in style ? { weight: 1, ...style } : { picture: style, weight: 1 }));
}

function checkOptions(
  { levels = 1, iterations = 1, styleScale = 1, weights = {}, masks = [] }: OptimizeStyleOptions,
  styles: readonly Required<WeightedStyle>[],
): void {
  const invalid = (expected: string, received: unknown): SrError =>
    new SrError({ code: 'style/option', message: `optimizeStyle: expected ${expected}, received ${received}.` });
  if (!(Number.isInteger(levels) && levels >= 1)) throw invalid('levels to be an integer from 1', levels);
  if (!(Number.isInteger(iterations) && iterations >= 1))
    throw invalid('iterations to be an integer from 1', iterations);
  if (styleScale !== 'as-is' && !(styleScale > 0)) throw invalid('styleScale above 0', styleScale);
  for (const [name, weight] of Object.entries(weights)) {
    if (!(Number.isFinite(weight) && weight >= 0)) throw invalid(`weights.${name} to be 0 or more`, weight);
  }
  for (const { picture, weight } of styles) {
    checkPicture(picture, 'optimizeStyle: style');
    if (!(Number.isFinite(weight) && weight > 0)) throw invalid('weights of styles above 0', weight);
  }
  for (const { of = 0 } of masks) {
    if (styles[of] === undefined) throw invalid(`masks of one of ${styles.length} styles`, `of: ${of}`);
  }
}

function checkMasks(content: Picture, styles: readonly WeightedStyle[], masks: readonly StyleMask[] = []): void {
  for (const [index, { content: region, style, of = 0 }] of masks.entries()) {
    checkMask(region, content, `mask ${index} of the content`);
    if (style !== undefined) checkMask(style, styles[of]!.picture, `mask ${index} of the style`);
  }
}

function checkMask(mask: Picture, { width, height }: Picture, what: string): void {
  checkPicture(mask, what);
  if (mask.width !== width || mask.height !== height) {
    throw new SrError({
      code: 'style/masks',
      message: `${what}: expected the size of its picture, ${width} x ${height}, received ${mask.width} x ${mask.height}.`,
    });
  }
  // As far as half white: a region that is nowhere more than grey has no pixel of its own.
  const least = fullValue(mask) / 2;
  for (let i = 0; i < mask.data.length; i += mask.channels) if (mask.data[i]! > least) return;
  throw new SrError({
    code: 'style/masks',
    message: `${what}: expected white pixels, received none: the region is empty.`,
  });
}

type Tensors = (picture: Picture, size: { width: number; height: number }) => Tensor4D;

/** Regions of one size: each picture is made a tensor once. */
function regionsOf(
  styles: readonly Required<WeightedStyle>[],
  { masks, styleScale = 1 }: OptimizeStyleOptions,
  {
    size,
    factor,
    tensor,
    made,
  }: { size: { width: number; height: number }; factor: number; tensor: Tensors; made: Tensor4D[] },
): StyleRegion[] {
  if (styles.length === 0) return [];
  const longer = Math.max(size.width, size.height);
  const sizes = styles.map(({ picture }) =>
    scaledSize(
      picture,
      styleScale === 'as-is' ? factor : (styleScale * longer) / Math.max(picture.width, picture.height),
    ),
  );
  const images = styles.map(({ picture }, i) => tensor(picture, sizes[i]!));
  if (masks === undefined) {
    return [{ parts: styles.map(({ weight }, i) => ({ image: images[i]!, weight })) }];
  }
  const grey = (mask: Picture, target: { width: number; height: number }): Tensor4D => {
    const one = slice(tensor(mask, target), [0, 0, 0, 0], [-1, -1, -1, 1]);
    made.push(one);
    return one;
  };
  return masks.map(({ content, style, of = 0 }) => ({
    mask: grey(content, size),
    parts: [{ image: images[of]!, weight: 1, mask: style && grey(style, sizes[of]!) }],
  }));
}

function chosenLayers(
  encoder: Encoder,
  form: { contentLayers: Record<string, number>; styleLayers: Record<string, number> },
  options: OptimizeStyleOptions,
): { contentLayers: Record<string, number>; styleLayers: Record<string, number> } {
  const known = (layers: Record<string, number>): boolean =>
    Object.keys(layers).every(layer => encoder.layers.includes(layer));
  const own = defaultLayers(encoder);
  const choose = (given: Layers | undefined, preset: Record<string, number>, other: Layers | undefined) =>
    asWeights(given ?? (known(preset) || other === undefined ? preset : other));
  return {
    contentLayers: choose(options.contentLayers, form.contentLayers, own?.content),
    styleLayers: choose(options.styleLayers, form.styleLayers, own?.style),
  };
}

function layersIn(
  form: { contentLayers: Record<string, number>; styleLayers: Record<string, number> },
  options: OptimizeStyleOptions,
): string[] {
  return [options.contentLayers ?? form.contentLayers, options.styleLayers ?? form.styleLayers].flatMap(layers =>
    Object.keys(asWeights(layers)),
  );
}

function asWeights(layers: Layers): Record<string, number> {
  return Array.isArray(layers)
    ? Object.fromEntries((layers as readonly string[]).map(layer => [layer, 1]))
    : { ...(layers as Record<string, number>) };
}

function checkLeastSize(encoder: Encoder, { shape }: Tensor4D, layers: readonly string[], what: string): void {
  const { leastSize } = encoder as { leastSize?: (layer: string) => number };
  const [, height, width] = shape;
  for (const layer of leastSize === undefined ? [] : layers) {
    const least = leastSize!(layer);
    if (Math.min(height, width) >= least) continue;
    throw new SrError({
      code: 'style/too-small',
      message: `optimizeStyle: expected the ${what} to have at least ${least} x ${least} pixels for the layer ${layer}, received ${width} x ${height}. Take a larger picture, fewer levels or other layers.`,
    });
  }
}

/** 8-bit levels red, green, blue: ImageNet's mean, which the noise lies around. */
const meanColor = [123.68, 116.779, 103.939];

function startOf(
  content: Picture,
  { width, height }: Level,
  options: OptimizeStyleOptions,
  form: { start: 'noise' | 'content'; deviation: number },
): Tensor4D {
  const { start = form.start, seed = 0 } = options;
  if (start === 'white') return fill([1, height, width, 3], 1) as Tensor4D;
  if (start !== 'noise') return pictureToTensor(fitted(start === 'content' ? content : start, { width, height }));
  const random = new Random(seed);
  const values = Float32Array.from({ length: width * height * 3 }, () => random.normal());
  return tidy(() => {
    const noise = mul(tensor4d(values, [1, height, width, 3]), form.deviation);
    return mul<Tensor4D>(add(noise, tensor1d(meanColor)), 1 / 255);
  });
}

/** In another size, without aliasing; itself where it has it. */
function fitted(picture: Picture, { width, height }: { width: number; height: number }): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const target: ResizeTarget = { width, height };
  return resizePicture(picture, target, { preset: 'pil', kernel: 'linear' });
}

function scaledSize({ width, height }: Picture, factor: number): { width: number; height: number } {
  const scaled = (side: number): number => Math.max(1, Math.round(side * factor));
  return { width: scaled(width), height: scaled(height) };
}
