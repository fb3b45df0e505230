/**
 * Eigenvalues and eigenvectors of symmetric matrices in doubles: Householder's reduction to three diagonals, then QL
 * steps with implicit shifts (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3).
 */

export interface Eigen {
  /** In no particular order. */
  readonly values: Float64Array;
  /** Row k is the unit vector of value k. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @param matrix size x size values; not changed
 * @throws RangeError for values that are not finite
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  if (!matrix.every(Number.isFinite)) throw new RangeError('symmetricEigen: expected finite values.');
  const { diagonal, beside, vectors } = tridiagonal(matrix.slice(), size);
  diagonalize(diagonal, beside, vectors);
  return { values: diagonal, vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element k lies beside the diagonal's k and k + 1. */
  readonly beside: Float64Array;
  /** Row k is the unit vector that axis k stands for. */
  readonly vectors: Float64Array;
}

function tridiagonal(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const mirrors: (Float64Array | undefined)[] = [];
  // What rounding leaves below the diagonal once the rank is used up.
  const noise = Number.EPSILON * n * largest(a);
  for (let k = 0; k < n - 1; k++) {
    diagonal[k] = a[k * n + k]!;
    // The mirror that turns column k below the diagonal into one element.
    const mirror = new Float64Array(n);
    let squares = 0;
    for (let i = k + 1; i < n; i++) {
      mirror[i] = a[i * n + k]!;
      squares += mirror[i]! ** 2;
    }
    if (Math.sqrt(squares) <= noise) continue;
    const length = mirror[k + 1]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    beside[k] = length;
    mirror[k + 1]! -= length;
    const norm = Math.sqrt(mirror.reduce((sum, value) => sum + value * value, 0));
    mirrors[k] = mirror;
    for (let i = k + 1; i < n; i++) mirror[i]! /= norm;
    reflect(a, mirror, k + 1, n);
  }
  diagonal[n - 1] = a[n * n - 1]!;
  return { diagonal, beside, vectors: axes(mirrors, n) };
}

/** A - u q' - q u' with q = 2 (A u - (u' A u) u), in the rows and columns from `from` on. */
function reflect(a: Float64Array, u: Float64Array, from: number, n: number): void {
  const q = new Float64Array(n);
  let product = 0;
  for (let i = from; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += a[i * n + j]! * u[j]!;
    q[i] = sum;
    product += sum * u[i]!;
  }
  for (let i = from; i < n; i++) q[i] = 2 * (q[i]! - product * u[i]!);
  for (let i = from; i < n; i++) {
    for (let j = from; j < n; j++) a[i * n + j]! -= u[i]! * q[j]! + q[i]! * u[j]!;
  }
}

/** The product of the mirrors, transposed; the last mirrors, which move least, first. */
function axes(mirrors: readonly (Float64Array | undefined)[], n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let k = mirrors.length - 1; k >= 0; k--) {
    const u = mirrors[k];
    if (u === undefined) continue;
    for (let row = k + 1; row < n; row++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += out[row * n + j]! * u[j]!;
      for (let j = k + 1; j < n; j++) out[row * n + j]! -= 2 * sum * u[j]!;
    }
  }
  return out;
}

/** More steps for one eigenvalue mean that something is wrong; two or three are usual. */
const maximumSteps = 100;

function diagonalize(d: Float64Array, e: Float64Array, vectors: Float64Array): void {
  const n = d.length;
  // What rounding leaves of a matrix of low rank is noise of this size: no steps make it smaller than itself.
  const noise = Number.EPSILON * largest(d, e);
  for (let l = 0; l < n; l++) {
    for (let steps = 0; ; steps++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > noise) m++;
      if (m === l) break;
      if (steps === maximumSteps) throw new RangeError('symmetricEigen: the values do not converge.');
      qlStep(d, e, l, m, vectors);
    }
  }
}

function largest(...lists: readonly Float64Array[]): number {
  return lists.reduce((most, list) => list.reduce((max, value) => Math.max(max, Math.abs(value)), most), 0);
}

function qlStep(d: Float64Array, e: Float64Array, l: number, m: number, vectors: Float64Array): void {
  const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(half, 1);
  let g = d[m]! - d[l]! + e[l]! / (half + (half >= 0 ? root : -root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= shift;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - shift;
    const t = (d[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
    rotate(vectors, i, d.length, sine, cosine);
  }
  d[l]! -= shift;
  e[l] = g;
  e[m] = 0;
}

function rotate(vectors: Float64Array, i: number, n: number, sine: number, cosine: number): void {
  const row = vectors.subarray(i * n, (i + 1) * n);
  const next = vectors.subarray((i + 1) * n, (i + 2) * n);
  for (let j = 0; j < n; j++) {
    const a = row[j]!;
    const b = next[j]!;
    next[j] = sine * a + cosine * b;
    row[j] = cosine * a - sine * b;
  }
}
