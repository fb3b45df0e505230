/** Section III.C of the paper: an 11x11 circular-symmetric Gaussian of deviation 1.5, K1 = 0.01, K2 = 0.03. */
export const SIZE = 11;
export const RADIUS = 5;
const DEVIATION = 1.5;
export const K1 = 0.01;
export const K2 = 0.03;

/** For values from 0 to 255. */
export const C1: number = (K1 * 255) ** 2;
export const C2: number = (K2 * 255) ** 2;

/** One side of the (separable) window, with sum 1. */
export function ssimWindow(): Float64Array {
  const window = Float64Array.from({ length: SIZE }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * DEVIATION ** 2)));
  const sum = window.reduce((a, b) => a + b);
  return window.map(weight => weight / sum);
}
