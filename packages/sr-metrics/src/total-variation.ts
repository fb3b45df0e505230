/**
 * Total variation of a picture: how much neighbouring pixels differ; see `totalVariation` of sr-losses, whose presets
 * these are, for the formulas.
 */
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { type TotalVariationPreset, totalVariation as totalVariationLoss } from 'sr-losses';
import { SrError } from 'sr-tensor';
import { defineNoReferenceMetric, type Images, type MetricInfo, type NoReferenceMetric } from './metric.js';
import { type Plane, type PlaneOptions, planesOf, toPictures } from './planes.js';

export interface TotalVariationMetricOptions extends PlaneOptions {
  /** Default `johnson`: half the sum of squares, in 8-bit levels. */
  preset?: TotalVariationPreset;
  /** Of `mahendran`. Default 2. */
  beta?: number;
}

/** A metric that can be trained with, without a target. */
export interface TotalVariationMetric extends NoReferenceMetric<TotalVariationMetricOptions> {
  readonly differentiable: true;
  loss(prediction: Tensor4D, target?: Tensor4D, options?: Pick<TotalVariationMetricOptions, 'preset' | 'beta'>): Scalar;
}

/**
 * The total variation of a picture, in doubles; lower is smoother, one colour gives 0.
 *
 * Of the values in [0, 1] (`johnson`: 0 to 255), summed over the channels; a grey picture counts as three.
 *
 * @param result a picture of at least 2 x 2 after the crop, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @returns one value a picture
 * @throws `picture/size`, `metrics/option`, `picture/range` on request
 * @example
 * import { totalVariation } from 'sr-metrics';
 *
 * const [roughness] = await totalVariation(picture, undefined, { preset: 'piq-l1' });
 */
export const totalVariation: TotalVariationMetric = /* @__PURE__ */ defineNoReferenceMetric<
  TotalVariationMetricOptions,
  Omit<MetricInfo, 'mode'> & Pick<TotalVariationMetric, 'differentiable' | 'loss'>
>(compute, {
  name: 'total-variation',
  direction: 'lower',
  range: [0, Number.POSITIVE_INFINITY],
  differentiable: true,
  reference: 'Rudin, Osher, Fatemi: Nonlinear total variation based noise removal algorithms, Physica D 60, 1992',
  loss: (prediction: Tensor4D, _target?: Tensor4D, options = {}) => totalVariationLoss(options)(prediction),
});

async function compute(result: Images, options: TotalVariationMetricOptions = {}): Promise<Float64Array> {
  const { preset = 'johnson', beta = 2, ...plane } = options;
  if (!(preset in presets) || !(beta > 0)) {
    throw new SrError({
      code: 'metrics/option',
      message: `totalVariation: expected a preset (${Object.keys(presets).join(', ')}) and beta > 0, received ${JSON.stringify(preset)} and ${beta}.`,
    });
  }
  const pictures = await toPictures(result, 'totalVariation', plane);
  return Float64Array.from(pictures, picture => {
    const planes = planesOf(picture, plane, { what: 'totalVariation', leastSize: 2 });
    const copies = (plane.channel ?? 'rgb') === 'rgb' ? 3 / planes.length : 1;
    const sums = planes.map(each => sumsOf(each, beta));
    const total = (key: keyof Sums) => sums.reduce((sum, each) => sum + copies * each[key], 0);
    const { width, height } = planes[0]!;
    const channels = planes.length * copies;
    return presets[preset](total, channels * (width - 1) * height, channels * width * (height - 1));
  });
}

/** Over all pairs of neighbours in one channel. */
interface Sums {
  absoluteX: number;
  absoluteY: number;
  squaresX: number;
  squaresY: number;
  /** Squares of both differences, where a pixel has both neighbours. */
  inner: number;
  /** Powers of their sum, a missing one counting as 0. */
  powers: number;
}

const presets: Record<
  TotalVariationPreset,
  (sum: (key: keyof Sums) => number, countX: number, countY: number) => number
> = {
  johnson: sum => (255 ** 2 / 2) * sum('inner'),
  leftthomas: (sum, countX, countY) => 2 * (sum('squaresX') / countX + sum('squaresY') / countY),
  basicsr: (sum, countX, countY) => sum('absoluteX') / countX + sum('absoluteY') / countY,
  'piq-l1': sum => sum('absoluteX') + sum('absoluteY'),
  'piq-l2': sum => Math.sqrt(sum('squaresX') + sum('squaresY')),
  'piq-l2-squared': sum => sum('squaresX') + sum('squaresY'),
  mahendran: sum => sum('powers'),
};

function sumsOf({ data, width, height }: Plane, beta: number): Sums {
  const sums = { absoluteX: 0, absoluteY: 0, squaresX: 0, squaresY: 0, inner: 0, powers: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const [hasRight, hasBelow] = [x + 1 < width, y + 1 < height];
      const right = hasRight ? (data[i + 1]! - data[i]!) / 255 : 0;
      const below = hasBelow ? (data[i + width]! - data[i]!) / 255 : 0;
      const squares = right * right + below * below;
      sums.absoluteX += Math.abs(right);
      sums.absoluteY += Math.abs(below);
      sums.squaresX += right * right;
      sums.squaresY += below * below;
      if (hasRight && hasBelow) sums.inner += squares;
      sums.powers += squares ** (beta / 2);
    }
  }
  return sums;
}
