/**
 * The ways in which a network's features become larger, as layers of the same form, to be compared.
 *
 * | method | y = |
 * |---|---|
 * | `nearest`, `bilinear`, `bicubic` | conv3x3(interpolation(x)) (resize-convolution, Odena et al. 2016) |
 * | `transposed` | transposed convolution of stride `scale`: where its kernel is no multiple of the stride, outputs overlap in turns and a checkerboard arises whatever the weights are |
 * | `sub-pixel` | shuffle(conv3x3(x)) (Shi et al. 2016); its checkerboard is that of the random start, unless it starts as `icnr` |
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  conv2d,
  conv2dTranspose,
  type Initializer,
  icnr,
  kaimingNormal,
  type ParameterSpec,
  type ParameterSpecs,
  pixelShuffle,
  type Scope,
  SrError,
  zeros,
} from 'sr-tensor';
import { enlarge, type Interpolation } from './enlarge.js';

export type UpsamplingMethod = Interpolation | 'transposed' | 'sub-pixel';

export const upsamplingMethods: readonly UpsamplingMethod[] = [
  'nearest',
  'bilinear',
  'bicubic',
  'transposed',
  'sub-pixel',
];

export interface UpsamplingOptions {
  readonly method: UpsamplingMethod;
  /** The enlargement. */
  readonly scale: number;
  /** Channels of the input. */
  readonly from: number;
  /** Channels of the output; default those of the input. */
  readonly to?: number;
  /** The name of its parameters; default `up`. */
  readonly name?: string;
  /** Side of the kernel of `transposed`, at least the scale; default 3 for scale 2 (as in LapSRN), else twice the scale. */
  readonly kernel?: number;
  /** How weights start; default Kaiming-normal. */
  readonly init?: Initializer;
  /** Whether `sub-pixel` starts as a nearest-neighbour enlargement (Aitken et al. 2017); default true. */
  readonly icnr?: boolean;
}

/** A layer as data: named parameters and a pure function. */
export interface UpsamplingLayer {
  readonly parameters: ParameterSpecs;
  /** From `[batch, height, width, from]` to `[batch, height * scale, width * scale, to]`. */
  apply(x: Tensor4D, p: Scope): Tensor4D;
}

/**
 * A layer that enlarges features, its parameters `up.weight` and `up.bias`.
 *
 * @throws `network/config` for an unknown method or a kernel smaller than the scale
 * @example
 * const layer = upsampling({ method: 'sub-pixel', scale: 2, from: 4 });
 * const scope = Parameters.create(layer.parameters, { seed: 1 }).scope();
 * const larger = layer.apply(features, scope);
 */
export function upsampling({
  method,
  scale,
  from,
  to = from,
  name = 'up',
  kernel = scale === 2 ? 3 : 2 * scale,
  init = kaimingNormal(),
  icnr: asNearest = true,
}: UpsamplingOptions): UpsamplingLayer {
  const named = (weight: ParameterSpec, outputs: number): ParameterSpecs => ({
    [`${name}.weight`]: weight,
    [`${name}.bias`]: { shape: [outputs], layout: 'plain', init: zeros },
  });
  switch (method) {
    case 'nearest':
    case 'bilinear':
    case 'bicubic':
      return {
        parameters: named({ shape: [3, 3, from, to], layout: 'conv', init }, to),
        apply: (x, p) => conv2d(enlarge(x, { scale, base: method }), p(name)),
      };
    case 'transposed': {
      if (!(kernel >= scale)) throw invalid(`a kernel of at least ${scale}, received ${kernel}`);
      // kernel - 2 padding + outputPadding = scale: the output is exactly `scale` times as large.
      const padding = Math.ceil((kernel - scale) / 2);
      const geometry = { stride: scale, padding, outputPadding: scale - kernel + 2 * padding };
      return {
        parameters: named({ shape: [kernel, kernel, to, from], layout: 'conv-transpose', init }, to),
        apply: (x, p) => conv2dTranspose(x, p(name), geometry),
      };
    }
    case 'sub-pixel': {
      const outputs = to * scale ** 2;
      const start = asNearest ? icnr(init, { factor: scale }) : init;
      return {
        parameters: named({ shape: [3, 3, from, outputs], layout: 'conv', init: start }, outputs),
        apply: (x, p) => pixelShuffle(conv2d(x, p(name)), scale),
      };
    }
    default:
      throw invalid(`the method to be one of ${upsamplingMethods.join(', ')}, received "${method}"`);
  }
}

function invalid(expected: string): SrError {
  return new SrError({ code: 'network/config', message: `upsampling: expected ${expected}.` });
}
