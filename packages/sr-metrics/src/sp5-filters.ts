/**
 * Filters of the steerable pyramid with six orientations, `sp5Filters` (Karasaridis and Simoncelli, "A filter design
 * technique for steerable pyramid image transforms", ICASSP 1996; values as in pyrtools 1.1.1 `sp5_filters`).
 */

/** A square filter, row by row. */
export interface SquareFilter {
  readonly size: number;
  readonly weights: Float64Array;
}

/** `lo0filt`: what the pyramid begins with. */
export const firstLowPass: SquareFilter = symmetric([
  [0.00341614, -0.01551246, -0.03848215],
  [-0.01551246, 0.05586982, 0.1592557],
  [-0.03848215, 0.1592557, 0.40304148],
]);

/** `lofilt`: before each halving. */
export const lowPass: SquareFilter = symmetric([
  [0.00170808, -0.00489834, -0.00775624, -0.01888864, -0.01924108],
  [-0.00489834, -0.01046562, -0.01322234, 0.008212, 0.02005976],
  [-0.00775624, -0.01322234, 0.02793492, 0.06554076, 0.07962786],
  [-0.01888864, 0.008212, 0.06554076, 0.12852666, 0.16339236],
  [-0.01924108, 0.02005976, 0.07962786, 0.16339236, 0.2019308],
]);

/** The first of `bfilts`: differences along rows. */
export const horizontalBand: SquareFilter = antisymmetric([
  [0.00277643, -0.00986904, -0.01021852],
  [0.00496194, -0.00893064, -0.03075356],
  [0.01026699, 0.01189859, -0.08226445],
  [0.01455399, 0.02755155, -0.11732297],
]);

/** The fourth of `bfilts`, but for its sign: differences along columns. */
export const verticalBand: SquareFilter = transposed(horizontalBand);

/** From the upper left quarter with both middle lines. */
function symmetric(quarter: readonly (readonly number[])[]): SquareFilter {
  const half = quarter.length - 1;
  return filter(2 * half + 1, (y, x) => quarter[half - Math.abs(y - half)]![half - Math.abs(x - half)]!);
}

/** From the upper left quarter with the middle row; the middle column is zero, the right half has the other sign. */
function antisymmetric(quarter: readonly (readonly number[])[]): SquareFilter {
  const half = quarter.length - 1;
  return filter(2 * half + 1, (y, x) => {
    if (x === half) return 0;
    const weight = quarter[half - Math.abs(y - half)]![half - Math.abs(x - half)]!;
    return x < half ? weight : -weight;
  });
}

function transposed({ size, weights }: SquareFilter): SquareFilter {
  return filter(size, (y, x) => weights[x * size + y]!);
}

function filter(size: number, weight: (y: number, x: number) => number): SquareFilter {
  return {
    size,
    weights: Float64Array.from({ length: size * size }, (_, i) => weight(Math.floor(i / size), i % size)),
  };
}
