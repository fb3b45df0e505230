/**
 * An enlargement by a whole factor as a filter that repeats with every pixel, so that it no longer depends on the size:
 * found in the matrix of one size and checked against all of it.
 */
/** Output i = sum over t of weights[i * taps + t] * input[start[i] + t]. */
export interface LineMatrix {
  readonly inSize: number;
  readonly outSize: number;
  readonly start: ArrayLike<number>;
  readonly taps: number;
  readonly weights: ArrayLike<number>;
}

/** Weights of the inputs at `first` (0 or before), `first + 1`, ... beside each pixel, a list for each of its outputs. */
export interface PeriodicFilter {
  readonly factor: number;
  readonly first: number;
  readonly phases: readonly (readonly number[])[];
  /** What the filter sees beyond the border; `drop`: nothing, and its other weights are divided by their sum. */
  readonly border: 'none' | 'replicate' | 'symmetric' | 'drop';
}

/** Of weights, which are doubles rounded once. */
const tolerance = 1e-6;

/** The filter of a matrix, or undefined if it is not one that repeats. */
export function periodicFilter(matrix: LineMatrix): PeriodicFilter | undefined {
  const { inSize, outSize, start, taps, weights } = matrix;
  const factor = outSize / inSize;
  if (!Number.isInteger(factor)) return undefined;
  const dense = (row: number): number[] => {
    const line = Array<number>(inSize).fill(0);
    for (let t = 0; t < taps; t++) line[start[row]! + t]! += weights[row * taps + t]!;
    return line;
  };
  // The pixel that is furthest from the borders.
  const middle = Math.floor(inSize / 2);
  const rows = Array.from({ length: factor }, (_, phase) => dense(factor * middle + phase));
  const used = [...Array(inSize).keys()].filter(i => rows.some(row => row[i] !== 0));
  const [low, high] = [Math.min(middle, ...used), Math.max(middle, ...used)];
  const first = low - middle;
  const phases = rows.map(row => row.slice(low, high + 1));
  const borders = first === 0 && high === middle ? (['none'] as const) : (['replicate', 'symmetric', 'drop'] as const);
  const border = borders.find(border =>
    Array.from({ length: outSize }, (_, row) => dense(row)).every((expected, row) => {
      const predicted = bordered(phases[row % factor]!, Math.floor(row / factor) + first, inSize, border);
      return expected.every((value, i) => Math.abs(value - predicted[i]!) <= tolerance);
    }),
  );
  return border && { factor, first, phases, border };
}

/** A row of the matrix: the weights from `begin` on, those beyond the border moved inside. */
function bordered(weights: readonly number[], begin: number, size: number, border: PeriodicFilter['border']): number[] {
  const line = Array<number>(size).fill(0);
  for (const [t, weight] of weights.entries()) {
    const i = begin + t;
    const inside = i >= 0 && i < size;
    if (!inside && border === 'drop') continue;
    const mirrored = i < 0 ? -1 - i : 2 * size - 1 - i;
    const at = inside ? i : border === 'symmetric' ? mirrored : Math.min(Math.max(i, 0), size - 1);
    line[at]! += weight;
  }
  if (border !== 'drop') return line;
  const total = line.reduce((sum, weight) => sum + weight, 0);
  return line.map(weight => weight / total);
}
