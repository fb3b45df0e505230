/**
 * Distance of colour moments (Stricker and Orengo, "Similarity of color images", SPIE 2420, 1995):
 *
 *   d = sum over channels of w1 |E - E'| + w2 |s - s'| + w3 |m - m'|
 *
 * with the mean E, the standard deviation s and m, the cube root of the third central moment, of values in [0, 1].
 */
import { SrError } from 'sr-tensor';
import { defineMetric, type Images, type Metric } from './metric.js';
import { type PlaneOptions, planesOf, toPairs } from './planes.js';

export interface ColorMomentOptions extends PlaneOptions {
  /** Of mean, deviation and skewness. Default 1, 1, 1. */
  weights?: readonly [mean: number, deviation: number, skewness: number];
}

/**
 * The distance of the colours of two pictures of any sizes by three moments a channel; lower is better, equal colours
 * give 0 wherever they lie.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of any sizes
 * @param options `channel` is `rgb` by default: the sum over the channels
 * @returns one value a picture
 * @throws `metrics/pairs` if the counts differ, `metrics/option`, `metrics/reference`, `picture/range` on request
 * @example
 * const [distance] = await colorMoments(result, reference);
 */
export const colorMoments: Metric<ColorMomentOptions> = /* @__PURE__ */ defineMetric(compute, {
  name: 'color-moments',
  direction: 'lower',
  range: [0, Number.POSITIVE_INFINITY],
  mode: 'full-reference',
  differentiable: false,
  reference: 'Stricker, Orengo: Similarity of color images, SPIE 2420, 1995',
});

async function compute(result: Images, reference: Images, options: ColorMomentOptions = {}): Promise<Float64Array> {
  const { weights = [1, 1, 1], ...plane } = options;
  if (weights.length !== 3 || !weights.every(weight => weight >= 0)) {
    throw new SrError({
      code: 'metrics/option',
      message: `colorMoments: expected three weights from 0, received ${JSON.stringify(weights)}.`,
    });
  }
  const demands = { what: 'colorMoments', leastSize: 1 };
  const pairs = await toPairs(result, reference, demands.what, plane);
  return Float64Array.from(pairs, pair => {
    const [a, b] = pair.map(picture => rgb(planesOf(picture, plane, demands), plane).map(each => momentsOf(each.data)));
    let sum = 0;
    for (const [channel, moments] of a!.entries()) {
      for (const [i, moment] of moments.entries()) sum += weights[i]! * Math.abs(moment - b![channel]![i]!);
    }
    return sum;
  });
}

/** A grey picture as three equal channels. */
function rgb<Value>(planes: Value[], { channel = 'rgb' }: PlaneOptions): Value[] {
  return channel === 'rgb' && planes.length === 1 ? [planes[0]!, planes[0]!, planes[0]!] : planes;
}

function momentsOf(values: Float64Array): [mean: number, deviation: number, skewness: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    const difference = (value - mean) / 255;
    squares += difference ** 2;
    cubes += difference ** 3;
  }
  return [mean / 255, Math.sqrt(squares / values.length), Math.cbrt(cubes / values.length)];
}
