/** Filtering of planes in doubles. */
import type { Plane } from './planes.js';

/**
 * Correlates rows and columns with one symmetric kernel, where it lies wholly inside.
 *
 * @returns a plane smaller by the size of the kernel less one
 */
export function filterInside({ data, width, height }: Plane, kernel: Float64Array): Plane {
  const outWidth = width - kernel.length + 1;
  const outHeight = height - kernel.length + 1;
  const lines = new Float64Array(outWidth * height);
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * width, y * outWidth];
    for (let t = 0; t < kernel.length; t++) {
      const weight = kernel[t]!;
      for (let x = 0; x < outWidth; x++) lines[to + x]! += weight * data[from + x + t]!;
    }
  }
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    const to = y * outWidth;
    for (let t = 0; t < kernel.length; t++) {
      const weight = kernel[t]!;
      const from = (y + t) * outWidth;
      for (let x = 0; x < outWidth; x++) out[to + x]! += weight * lines[from + x]!;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** What lies beyond the border of a, b, c: `zero` 0 0, `replicate` a a, `reflect` c b. */
export type PlaneBorder = 'zero' | 'replicate' | 'reflect';

/** Adds `amount` pixels on every side. */
export function padPlane({ data, width, height }: Plane, amount: number, border: PlaneBorder): Plane {
  const outWidth = width + 2 * amount;
  const outHeight = height + 2 * amount;
  const columns = Int32Array.from({ length: outWidth }, (_, x) => inside[border](x - amount, width));
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0, i = 0; y < outHeight; y++) {
    const row = inside[border](y - amount, height);
    for (let x = 0; x < outWidth; x++, i++) {
      const column = columns[x]!;
      if (row >= 0 && column >= 0) out[i] = data[row * width + column]!;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** The product of two planes, value by value. */
export function multiplyPlanes(a: Plane, b: Plane): Plane {
  const data = new Float64Array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = a.data[i]! * b.data[i]!;
  return { ...a, data };
}

/** Every second row and column, from the first. */
export function everySecond({ data, width, height }: Plane): Plane {
  const outWidth = Math.ceil(width / 2);
  const outHeight = Math.ceil(height / 2);
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0, i = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, i++) out[i] = data[2 * (y * width + x)]!;
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** The index inside that stands for index j of a row of n; -1: zero. */
const inside: Record<PlaneBorder, (j: number, n: number) => number> = {
  zero: (j, n) => (j >= 0 && j < n ? j : -1),
  replicate: (j, n) => Math.min(Math.max(j, 0), n - 1),
  reflect: (j, n) => (j < 0 ? -j : j < n ? j : 2 * n - 2 - j),
};
