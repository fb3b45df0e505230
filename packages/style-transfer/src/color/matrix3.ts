/** Matrices of three rows, row by row. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];
export type Vector3 = readonly [number, number, number];

export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return a[3 * row]! * b[column]! + a[3 * row + 1]! * b[column + 3]! + a[3 * row + 2]! * b[column + 6]!;
  }) as unknown as Matrix3;
}

/**
 * The power of a symmetric matrix with eigenvalues >= 0, by Jacobi's rotations.
 *
 * @param least eigenvalues below it are taken for it
 */
export function power(symmetric: Matrix3, exponent: number, least: number): Matrix3 {
  const { values, vectors } = eigen(symmetric);
  const powers = values.map(value => Math.max(value, least, 0) ** exponent);
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return powers.reduce((sum, p, k) => sum + p * vectors[3 * row + k]! * vectors[3 * column + k]!, 0);
  }) as unknown as Matrix3;
}

/** Eigenvalues, and eigenvectors as columns. Golub and Van Loan, Matrix computations, section 8.5. */
function eigen(symmetric: Matrix3): { values: number[]; vectors: number[] } {
  const a = [...symmetric] as number[];
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  // A matrix of three converges in six sweeps.
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const off = a[3 * p + q]!;
      if (off === 0) continue;
      const tau = (a[4 * q]! - a[4 * p]!) / (2 * off);
      const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
      const c = 1 / Math.sqrt(1 + t * t);
      const s = t * c;
      rotate(a, c, s, k => [3 * p + k, 3 * q + k]);
      rotate(a, c, s, k => [3 * k + p, 3 * k + q]);
      rotate(v, c, s, k => [3 * k + p, 3 * k + q]);
    }
  }
  return { values: [a[0]!, a[4]!, a[8]!], vectors: v };
}

function rotate(m: number[], c: number, s: number, at: (k: number) => [number, number]): void {
  for (let k = 0; k < 3; k++) {
    const [i, j] = at(k);
    const [x, y] = [m[i]!, m[j]!];
    m[i] = c * x - s * y;
    m[j] = s * x + c * y;
  }
}
