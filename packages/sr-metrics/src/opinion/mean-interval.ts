/** A mean with its 95 % interval by Student's t: mean +- t s / sqrt(n), s with n - 1 degrees of freedom. */

export interface MeanInterval {
  readonly mean: number;
  /** The ends of the 95 % interval of the mean; NaN for a single value. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** The mean of at least one number, with its interval. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const width = studentQuantile(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - width, high: mean + width, n };
}

/** The t within +-t of which 95 % of Student's distribution lie, by bisection; NaN without a degree of freedom. */
function studentQuantile(degrees: number): number {
  if (degrees < 1) return Number.NaN;
  let low = 0;
  // 12.7 for one degree of freedom, less for more.
  let high = 16;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return high;
}

/** The share of Student's distribution within +-t: the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function shareWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cos = Math.cos(angle);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cos : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let i = isOdd ? 3 : 2; i < degrees; i += 2) {
    term *= ((i - 1) / i) * cos ** 2;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
