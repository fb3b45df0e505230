/**
 * Distances of the histograms p and q of two pictures (shares of pixels in equal bins), channel by channel:
 *
 *   earth-mover    sum |P - Q| / bins, with the running sums P, Q: by how much values must move (Wasserstein-1)
 *   chi-square     1/2 sum (p - q)^2 / (p + q)
 *   hellinger      sqrt(1 - sum sqrt(p q))
 *   intersection   1 - sum min(p, q)   (Swain and Ballard, "Color indexing", IJCV 7, 1991)
 */
import { SrError } from 'sr-tensor';
import { defineMetric, type Images, type Metric } from './metric.js';
import { type PlaneOptions, planesOf, toPairs } from './planes.js';

export interface HistogramDistanceOptions extends PlaneOptions {
  /** Default `earth-mover`. */
  preset?: keyof typeof distances;
  /** Equal parts of [0, 1]. Default 256: one an 8-bit level. */
  bins?: number;
}

/**
 * The distance of the histograms of two pictures of any sizes; lower is better, from 0 (equal) to 1.
 *
 * @param result a picture, several, or a batch `[batch, height, width, 3]` in [0, 1]
 * @param reference as many, of any sizes
 * @param options `channel` is `rgb` by default: the mean over the channels
 * @returns one value a picture
 * @throws `metrics/pairs` if the counts differ, `metrics/option`, `metrics/reference`, `picture/range` on request
 * @example
 * const [distance] = await histogramDistance(result, reference, { preset: 'hellinger', bins: 64 });
 */
export const histogramDistance: Metric<HistogramDistanceOptions> = /* @__PURE__ */ defineMetric(compute, {
  name: 'histogram',
  direction: 'lower',
  range: [0, 1],
  mode: 'full-reference',
  differentiable: false,
  reference: 'Rubner, Tomasi, Guibas: The earth mover’s distance as a metric for image retrieval, IJCV 40(2), 2000',
});

const distances = {
  'earth-mover': (p: Float64Array, q: Float64Array): number => {
    let [ahead, sum] = [0, 0];
    for (let i = 0; i < p.length; i++) {
      ahead += p[i]! - q[i]!;
      sum += Math.abs(ahead);
    }
    return sum / p.length;
  },
  'chi-square': (p: Float64Array, q: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) if (p[i]! + q[i]! > 0) sum += (p[i]! - q[i]!) ** 2 / (p[i]! + q[i]!);
    return sum / 2;
  },
  hellinger: (p: Float64Array, q: Float64Array): number => {
    const overlap = p.reduce((sum, value, i) => sum + Math.sqrt(value * q[i]!), 0);
    // Equal histograms overlap by 1 but for rounding.
    return overlap > 1 - 1e-12 ? 0 : Math.sqrt(1 - overlap);
  },
  intersection: (p: Float64Array, q: Float64Array): number =>
    p.reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2,
};

async function compute(
  result: Images,
  reference: Images,
  options: HistogramDistanceOptions = {},
): Promise<Float64Array> {
  const { preset = 'earth-mover', bins = 256, ...plane } = options;
  if (!(preset in distances) || !Number.isInteger(bins) || bins < 1) {
    throw new SrError({
      code: 'metrics/option',
      message: `histogramDistance: expected a preset (${Object.keys(distances).join(', ')}) and a whole number of bins, received ${JSON.stringify(preset)} and ${bins}.`,
    });
  }
  const demands = { what: 'histogramDistance', leastSize: 1 };
  const pairs = await toPairs(result, reference, demands.what, plane);
  return Float64Array.from(pairs, pair => {
    const [a, b] = pair.map(picture => planesOf(picture, plane, demands).map(each => histogram(each.data, bins)));
    const channels = Math.max(a!.length, b!.length);
    let sum = 0;
    // Of a grey picture the one channel stands for all.
    for (let i = 0; i < channels; i++) sum += distances[preset](a![i] ?? a![0]!, b![i] ?? b![0]!);
    return sum / channels;
  });
}

/** Shares of the values from 0 to 255 in each bin; 8-bit levels lie in the middles of 256 bins. */
function histogram(values: Float64Array, bins: number): Float64Array {
  const shares = new Float64Array(bins);
  for (const value of values) {
    const bin = Math.floor(((value + 0.5) / 256) * bins);
    shares[Math.min(Math.max(bin, 0), bins - 1)]! += 1 / values.length;
  }
  return shares;
}
