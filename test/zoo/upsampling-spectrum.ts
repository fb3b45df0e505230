import type { Picture } from 'sr-tensor';

/** Blocks are so many periods wide. */
const PERIODS = 8;
/** Bins between a frequency and those beside it that it is compared with: a Hann window spreads it over one to each side. */
const APART = 2;

/**
 * How much a picture shows the grid of an enlargement: the power of its luma at the frequencies whose period divides that of
 * the grid, as a ratio to the geometric mean of the powers beside them; the largest of these ratios. Spectra are those of
 * blocks under a Hann window that overlap by half, their powers added up (Welch), so that a checkerboard counts whatever its
 * sign is from place to place.
 *
 * @param period the factor of the enlargement
 */
export function upsamplingSpectrum(picture: Picture, period: number): number {
  const side = PERIODS * period;
  const power = welch(luma(picture), side);
  const at = (u: number, v: number): number => Math.log(power[((u + side) % side) * side + ((v + side) % side)]!);
  const near = [-APART, 0, APART];
  let largest = 0;
  for (let u = 0; u < side; u += PERIODS) {
    for (let v = 0; v < side; v += PERIODS) {
      if (u === 0 && v === 0) continue;
      // Edges along the axes give much power to the axes alone.
      const beside = near
        .flatMap(du => near.map(dv => [du, dv] as const))
        .filter(([du, dv]) => (du !== 0 || dv !== 0) && (u !== 0 || du === 0) && (v !== 0 || dv === 0));
      const mean = beside.reduce((sum, [du, dv]) => sum + at(u + du, v + dv), 0) / beside.length;
      largest = Math.max(largest, Math.exp(at(u, v) - mean));
    }
  }
  return largest;
}

interface Plane {
  readonly values: Float64Array;
  readonly width: number;
  readonly height: number;
}

function luma({ data, width, height, channels }: Picture): Plane {
  const weights = channels < 3 ? [1] : [0.299, 0.587, 0.114];
  const values = new Float64Array(width * height);
  for (let i = 0; i < values.length; i++) {
    for (const [c, weight] of weights.entries()) values[i]! += weight * data[i * channels + c]!;
  }
  return { values, width, height };
}

/** The sum of the power spectra of all blocks, `side` by `side` bins, of which those that are read are computed. */
function welch({ values, width, height }: Plane, side: number): Float64Array {
  const window = Float64Array.from({ length: side }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / side));
  const cos = Float64Array.from({ length: side }, (_, i) => Math.cos((2 * Math.PI * i) / side));
  const sin = Float64Array.from({ length: side }, (_, i) => Math.sin((2 * Math.PI * i) / side));
  const bins = Array.from({ length: side }, (_, k) => k).filter(k => isRead(k % PERIODS));
  const power = new Float64Array(side * side);
  const [re, im] = [new Float64Array(side * side), new Float64Array(side * side)];
  for (let top = 0; top + side <= height; top += side / 2) {
    for (let left = 0; left + side <= width; left += side / 2) {
      // Along the rows, then along the columns.
      for (let y = 0; y < side; y++) {
        for (const v of bins) {
          let [a, b] = [0, 0];
          for (let x = 0; x < side; x++) {
            const value = values[(top + y) * width + left + x]! * window[x]! * window[y]!;
            const k = (v * x) % side;
            a += value * cos[k]!;
            b -= value * sin[k]!;
          }
          re[y * side + v] = a;
          im[y * side + v] = b;
        }
      }
      for (const u of bins) {
        for (const v of bins) {
          let [a, b] = [0, 0];
          for (let y = 0; y < side; y++) {
            const k = (u * y) % side;
            const [c, s] = [cos[k]!, sin[k]!];
            a += re[y * side + v]! * c + im[y * side + v]! * s;
            b += im[y * side + v]! * c - re[y * side + v]! * s;
          }
          power[u * side + v]! += a * a + b * b;
        }
      }
    }
  }
  return power;
}

/** Whether a bin, modulo the periods of a block, is one of a frequency of the grid, or beside one. */
function isRead(remainder: number): boolean {
  return [0, APART, PERIODS - APART].includes(remainder);
}
