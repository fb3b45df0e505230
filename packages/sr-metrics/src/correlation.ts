/**
 * How far two lists of numbers agree, with 95 % intervals: those of a metric and of people's opinions, for instance.
 *
 * Intervals by Fisher's transformation z = atanh(r), z +- 1.96 s:
 *   Pearson   s^2 = 1 / (n - 3)                 (Fisher, Metron 1, 1921)
 *   Spearman  s^2 = (1 + r^2 / 2) / (n - 3)     (Bonett, Wright, Psychometrika 65, 2000)
 *   Kendall   s^2 = 0.437 / (n - 4)             (Fieller, Hartley, Pearson, Biometrika 44, 1957)
 */
import { SrError } from 'sr-tensor';

export interface Correlation {
  /** From -1 to 1; NaN if one of the lists is constant. */
  readonly value: number;
  /** The ends of the 95 % interval; -1 and 1 where there are too few pairs to tell (3; Kendall: 4). */
  readonly low: number;
  readonly high: number;
  /** How many pairs there were. */
  readonly n: number;
}

/**
 * Pearson's correlation: how near pairs lie to a straight line.
 *
 * @param a at least two numbers
 * @param b as many
 * @throws `metrics/correlation` for other counts
 * @example
 * const { value, low, high } = pearson([0.1, 0.4, 0.2, 0.3], [5, 2, 4, 3]);
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): Correlation {
  const n = checkPairs(a, b, 'pearson');
  return withInterval(linear(a, b), n, 1 / (n - 3));
}

/** Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing their mean rank. See `pearson`. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): Correlation {
  const n = checkPairs(a, b, 'spearman');
  const value = linear(ranks(a), ranks(b));
  return withInterval(value, n, (1 + value ** 2 / 2) / (n - 3));
}

/**
 * Kendall's rank correlation tau-b: the share of pairs of pairs in the same order, less those in opposite order, with
 * ties allowed for. See `pearson`.
 */
export function kendall(a: ArrayLike<number>, b: ArrayLike<number>): Correlation {
  const n = checkPairs(a, b, 'kendall');
  let agreement = 0;
  let distinctA = 0;
  let distinctB = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const orderA = Math.sign(a[i]! - a[j]!);
      const orderB = Math.sign(b[i]! - b[j]!);
      agreement += orderA * orderB;
      distinctA += Math.abs(orderA);
      distinctB += Math.abs(orderB);
    }
  }
  return withInterval(agreement / Math.sqrt(distinctA * distinctB), n, 0.437 / (n - 4));
}

/** The 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;

function withInterval(value: number, n: number, variance: number): Correlation {
  if (Number.isNaN(value)) return { value, low: value, high: value, n };
  // Rounding may carry a full agreement beyond 1.
  const bounded = Math.max(-1, Math.min(1, value));
  if (!(variance > 0 && Number.isFinite(variance))) return { value: bounded, low: -1, high: 1, n };
  const width = Z * Math.sqrt(variance);
  return {
    value: bounded,
    low: Math.tanh(Math.atanh(bounded) - width),
    high: Math.tanh(Math.atanh(bounded) + width),
    n,
  };
}

function linear(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let products = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    products += (a[i]! - meanA) * (b[i]! - meanB);
    squaresA += (a[i]! - meanA) ** 2;
    squaresB += (b[i]! - meanB) ** 2;
  }
  return products / Math.sqrt(squaresA * squaresB);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** 1 for the lowest; equal numbers share the mean of their ranks. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const out = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) out[order[i]!] = (start + 1 + end) / 2;
  }
  return out;
}

function checkPairs(a: ArrayLike<number>, b: ArrayLike<number>, what: string): number {
  const isNumber = (value: number) => Number.isFinite(value);
  if (a.length === b.length && a.length >= 2 && Array.from(a).every(isNumber) && Array.from(b).every(isNumber)) {
    return a.length;
  }
  throw new SrError({
    code: 'metrics/correlation',
    message: `${what}: expected two lists of as many finite numbers, at least two each, received ${a.length} and ${b.length}. Leave out pairs of which one has no value.`,
  });
}
