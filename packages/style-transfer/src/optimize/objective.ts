/** What is minimised: the distances of a picture's features from those of the content and of the styles. */
import {
  abs,
  add,
  addN,
  concat,
  dispose,
  div,
  keep,
  mean,
  mul,
  reshape,
  type Scalar,
  scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { gramMatrix, guidedGramMatrices, layerGuides } from 'gram-perceptual-metric';
import { totalVariation } from 'sr-losses';
import { defineOperation, type Encoder } from 'sr-tensor';
import type { OptimizationForm } from './presets.js';

/** The weighted terms of an objective: their sum is what is minimised. */
export interface Terms<T> {
  readonly content: T;
  readonly style: T;
  readonly smoothness: T;
}

/** A function of a picture `[1, height, width, 3]` in [0, 1]; `dispose` frees the targets. */
export interface Objective {
  (x: Tensor4D): Terms<Scalar>;
  dispose(): void;
}

/** A style, or its part inside a mask `[1, height, width, 1]`, and how much of it. */
export interface StylePart {
  readonly image: Tensor4D;
  readonly mask?: Tensor4D | undefined;
  readonly weight: number;
}

/** Which styles a region of the picture takes; without a mask it is the whole. */
export interface StyleRegion {
  readonly mask?: Tensor4D | undefined;
  readonly parts: readonly StylePart[];
}

/**
 * - `guided`: Gram matrices of features weighted by the mask averaged down to their layer;
 * - `inside`: of the units only whose whole receptive field lies in the region;
 * - `pixels`: of the features of picture and style multiplied by their masks, as TSRN-S.
 */
export type MaskMode = 'guided' | 'inside' | 'pixels';

export interface ObjectiveOptions
  extends Pick<
    OptimizationForm,
    'contentLayers' | 'contentNorm' | 'styleLayers' | 'normalization' | 'reduction' | 'weights'
  > {
  readonly encoder: Encoder;
  readonly maskMode: MaskMode;
  readonly normalizesGradients: boolean;
}

/**
 * The objective of Gatys et al. in any of its forms.
 *
 * Several styles of a region are blended as neural-style does: their Gram matrices are averaged. That differs from the average
 * of their losses by a constant only.
 *
 * @param content the picture whose features are kept, and whose size the result has
 * @throws what the encoder throws
 */
export function createObjective(
  content: Tensor4D,
  regions: readonly StyleRegion[],
  options: ObjectiveOptions,
): Objective {
  const { encoder, contentLayers, styleLayers, weights, contentNorm, maskMode, normalizesGradients } = options;
  const contentNames = weights.content === 0 ? [] : Object.keys(contentLayers);
  const styleNames = weights.style === 0 || regions.length === 0 ? [] : Object.keys(styleLayers);
  const isMasked = regions.some(({ mask }) => mask !== undefined);
  const inPixels = isMasked && maskMode === 'pixels';
  const masks = regions.map(({ mask }) => (inPixels ? mask?.clone() : undefined));
  const smoothness = totalVariation({ preset: 'johnson' });

  /** Gram matrices `[1, regions, channels, channels]` of a layer; without guides of one region. */
  const grams = (features: Tensor4D, guides?: Tensor4D): Tensor4D => {
    const { normalization } = options;
    if (guides !== undefined) return guidedGramMatrices(features, guides, { normalization });
    const [, , , channels] = features.shape;
    return reshape(gramMatrix(features, { normalization }), [1, 1, channels, channels]);
  };
  const guidesOf = (layer: string, { shape: [, height, width] }: Tensor4D, masks: readonly Tensor4D[]): Tensor4D =>
    layerGuides(concat([...masks], 3) as Tensor4D, {
      height,
      width,
      ...(maskMode === 'inside' && { mode: 'inside' as const, geometry: encoder.geometry(layer) }),
    });
  const masked = (image: Tensor4D, mask: Tensor4D | undefined): Tensor4D =>
    inPixels && mask !== undefined ? mul(image, mask) : image;

  const contentTargets = new Map<string, Tensor4D>();
  const guides = new Map<string, Tensor4D>();
  const styleTargets = new Map<string, Tensor4D>();
  tidy(() => {
    const hasGuides = isMasked && !inPixels;
    const wanted = hasGuides ? [...contentNames, ...styleNames] : contentNames;
    const features = wanted.length === 0 ? {} : encoder(content, { layers: [...new Set(wanted)] });
    for (const layer of contentNames) contentTargets.set(layer, keep(features[layer]!.clone()));
    if (hasGuides) {
      const all = regions.map(({ mask }) => mask!);
      for (const layer of styleNames) guides.set(layer, keep(guidesOf(layer, features[layer]!, all)));
    }
    if (styleNames.length === 0) return;
    const perRegion = regions.map(({ parts }) => {
      const whole = parts.reduce((total, { weight }) => total + weight, 0);
      const blended = parts.map(({ image, mask, weight }) => {
        const maps = encoder(masked(image, mask), { layers: styleNames });
        return styleNames.map(layer => {
          const guided = mask !== undefined && !inPixels ? guidesOf(layer, maps[layer]!, [mask]) : undefined;
          return mul<Tensor4D>(grams(maps[layer]!, guided), weight / whole);
        });
      });
      return styleNames.map((_, i) => addN(blended.map(matrices => matrices[i]!)));
    });
    for (const [i, layer] of styleNames.entries()) {
      styleTargets.set(
        layer,
        keep(
          concat(
            perRegion.map(matrices => matrices[i]!),
            1,
          ) as Tensor4D,
        ),
      );
    }
  });

  const contentTerm = (features: Tensor4D, layer: string): Scalar => {
    const weight = weights.content * contentLayers[layer]!;
    const squares = square(sub(scaled(features, weight), contentTargets.get(layer)!));
    return mul(
      contentNorm === 'mean' ? rowMean(squares) : rowSum(squares),
      contentNorm === 'mean' ? weight : weight / 2,
    );
  };
  const styleTerm = (matrices: Tensor4D, target: Tensor4D, layer: string): Scalar => {
    const channels = matrices.shape[3];
    const share = { sum: 1, mean: 1 / channels ** 2, gatys: 1 / 4 }[options.reduction];
    return mul(rowSum(square(sub(matrices, target))), weights.style * styleLayers[layer]! * share);
  };
  const scaled = (features: Tensor4D, strength: number): Tensor4D =>
    normalizesGradients ? normalizeGradient({ features }, { strength }) : features;
  const prepared = (features: Tensor4D, layer: string): Tensor4D =>
    scaled(features, weights.style * styleLayers[layer]!);

  const objective = (x: Tensor4D): Terms<Scalar> =>
    tidy(() => {
      const whole = [...new Set([...contentNames, ...(inPixels ? [] : styleNames)])];
      const features = whole.length === 0 ? {} : encoder(x, { layers: whole });
      const content = contentNames.map(layer => contentTerm(features[layer]!, layer));
      const style: Scalar[] = [];
      if (inPixels && styleNames.length > 0) {
        for (const [k, mask] of masks.entries()) {
          const maps = encoder(masked(x, mask), { layers: styleNames });
          for (const layer of styleNames) {
            const target = slice(styleTargets.get(layer)!, [0, k, 0, 0], [1, 1, -1, -1]);
            style.push(styleTerm(grams(prepared(maps[layer]!, layer)), target, layer));
          }
        }
      } else {
        for (const layer of styleNames) {
          const matrices = grams(prepared(features[layer]!, layer), guides.get(layer));
          style.push(styleTerm(matrices, styleTargets.get(layer)!, layer));
        }
      }
      return {
        content: total(content),
        style: total(style),
        smoothness: weights.smoothness === 0 ? scalar(0) : mul<Scalar>(smoothness(x), weights.smoothness),
      };
    });
  const free = (): void =>
    dispose([
      ...contentTargets.values(),
      ...guides.values(),
      ...styleTargets.values(),
      ...masks.filter(mask => mask !== undefined),
    ]);
  return Object.assign(objective, { dispose: free });
}

/** The sum of the terms. */
export function sumOfTerms({ content, style, smoothness }: Terms<Scalar>): Scalar {
  return addN([content, style, smoothness]);
}

function total(terms: readonly Scalar[]): Scalar {
  return terms.length === 0 ? scalar(0) : addN([...terms]);
}

/** Row by row: wasm adds one number after the other. */
function rowSum(x: Tensor): Scalar {
  return sum(sum(sum(x, -1), -1));
}

function rowMean(x: Tensor): Scalar {
  return mean(mean(mean(x, -1), -1));
}

/**
 * The features themselves; the gradient that comes back is divided by the sum of its absolute values and multiplied by the
 * strength (neural-style's `-normalize_gradients`). The strength that the gradient holds already cancels.
 */
const normalizeGradient: (inputs: { features: Tensor4D }, attributes: { strength: number }) => Tensor4D =
  /* @__PURE__ */ defineOperation({
    name: 'sr.normalizeGradient',
    forward: ({ features }) => features.clone(),
    gradient: (dy, _inputs, { strength }) => ({
      // 1e-8: neural_style.lua.
      features: () => mul(div(dy, add(rowSum(abs(dy)), 1e-8 * strength)), strength),
    }),
  });
