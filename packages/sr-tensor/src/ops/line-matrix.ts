/**
 * Products of images with sparse matrices along their rows and columns: what resizing and blurring are made of.
 *
 * A product is right for every kernel and border on every backend, and its gradient is the product with the transposed
 * matrices. A matrix is applied in blocks of rows, each to the slice of the input that it touches, so that the work
 * grows with the picture, not with its square.
 */
import {
  avgPool,
  concat,
  image,
  matMul,
  mul,
  reshape,
  slice,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { defineOperation } from './operation.js';

/** A sparse matrix: output i = sum over t of weights[i * taps + t] * input[start[i] + t]. */
export interface SparseRows {
  readonly start: Int32Array;
  /** Weights a row; those that a row does not need are 0. */
  readonly taps: number;
  readonly weights: Float64Array;
}

/** Sparse rows with their transpose and their dense blocks, both made when they are first needed. */
export interface LineMatrix extends SparseRows {
  readonly inSize: number;
  readonly outSize: number;
  readonly transposed: () => LineMatrix;
  readonly blocks: () => readonly Block[];
}

/** Some rows of a matrix as a dense one over the inputs that they touch. */
interface Block {
  readonly from: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
}

export interface LineProductAttributes {
  readonly rows: LineMatrix;
  readonly columns: LineMatrix;
  /** An operation of tfjs that gives the same and is faster. */
  readonly shortcut?: 'bilinear' | 'nearest' | 'block-sum' | undefined;
}

/**
 * Images with `rows` applied to each of their columns of pixels and `columns` to each row.
 *
 * @param inputs.x `[batch, rows.inSize, columns.inSize, channels]`
 * @returns `[batch, rows.outSize, columns.outSize, channels]`
 */
export const lineProduct: (inputs: { x: Tensor4D }, attributes: LineProductAttributes) => Tensor4D =
  /* @__PURE__ */ defineOperation({
    name: 'sr.lineProduct',
    forward: ({ x }, { rows, columns, shortcut }) => {
      const size: [number, number] = [rows.outSize, columns.outSize];
      if (shortcut === 'bilinear') return image.resizeBilinear(x, size, false, true);
      if (shortcut === 'nearest') return image.resizeNearestNeighbor(x, size, false, true);
      if (shortcut === 'block-sum') return blockSum(x, [rows.inSize / rows.outSize, columns.inSize / columns.outSize]);
      // The order that leaves less between the passes.
      const rowsFirst = rows.outSize * columns.inSize <= rows.inSize * columns.outSize;
      return rowsFirst ? along(along(x, 1, rows), 2, columns) : along(along(x, 2, columns), 1, rows);
    },
    gradient: (dy, _inputs, { rows, columns, shortcut }) => ({
      x: () =>
        lineProduct(
          { x: dy },
          {
            rows: rows.transposed(),
            columns: columns.transposed(),
            shortcut: shortcut && transposedShortcut[shortcut],
          },
        ),
    }),
  });

/** What gives the product with the transposed matrices. */
const transposedShortcut = { bilinear: undefined, nearest: 'block-sum', 'block-sum': 'nearest' } as const;

/** The sum of each block of pixels; blocks do not overlap. */
function blockSum(x: Tensor4D, block: [height: number, width: number]): Tensor4D {
  return mul(avgPool(x, block, block, 'valid'), block[0] * block[1]);
}

/** Prepares sparse rows for `lineProduct`: plain data, nothing to dispose. */
export function lineMatrix(rows: SparseRows, inSize: number, transposed?: LineMatrix): LineMatrix {
  let transposedMatrix = transposed;
  let blocks: readonly Block[] | undefined;
  const matrix: LineMatrix = {
    ...rows,
    inSize,
    outSize: rows.start.length,
    transposed: () => {
      transposedMatrix ??= lineMatrix(transposeRows(matrix), matrix.outSize, matrix);
      return transposedMatrix;
    },
    blocks: () => {
      blocks ??= denseBlocks(matrix);
      return blocks;
    },
  };
  return matrix;
}

/** Rows of different lengths, each from its first input, as rows of the longest: moved inwards at the end. */
export function packRows(
  rows: ReadonlyArray<{ readonly first: number; readonly weights: ArrayLike<number> }>,
  inSize: number,
): SparseRows {
  const taps = rows.reduce((most, { weights }) => Math.max(most, weights.length), 1);
  const start = Int32Array.from(rows, ({ first }) => Math.min(first, inSize - taps));
  const packed = new Float64Array(rows.length * taps);
  rows.forEach(({ first, weights }, i) => {
    packed.set(weights, i * taps + first - start[i]!);
  });
  return { start, taps, weights: packed };
}

/** The product with every line of pixels along an axis. */
function along(x: Tensor4D, axis: 1 | 2, matrix: LineMatrix): Tensor4D {
  const [toFront, back] = axis === 1 ? [swap, swap] : [columnsToFront, columnsBack];
  const front = transpose(x, [...toFront]);
  const [size, ...others] = front.shape;
  // Of rank 2: wasm multiplies batches of matrices forty times slower.
  const lines = reshape(front, [size, x.size / size]) as Tensor2D;
  const parts = matrix.blocks().map(({ from, inputs, outputs, weights }) => {
    const touched = inputs === size ? lines : slice(lines, [from, 0], [inputs, -1]);
    return matMul<Tensor2D>(tensor2d(weights, [outputs, inputs]), touched);
  });
  const product = parts.length === 1 ? parts[0]! : concat(parts, 0);
  return transpose(reshape(product, [matrix.outSize, ...others]), [...back]) as Tensor4D;
}

const swap = [1, 0, 2, 3] as const;
const columnsToFront = [2, 0, 1, 3] as const;
const columnsBack = [1, 2, 0, 3] as const;

/**
 * Inputs that a block touches, about. Larger blocks multiply more zeros; smaller ones cost more calls, on wasm each with
 * a copy of the whole input. Of 32, 64, 128 and one dense matrix, on tiles and pictures, this was near the best of each.
 */
const blockInputs = 128;

function denseBlocks({ start, taps, weights, inSize, outSize }: LineMatrix): Block[] {
  const rows = Math.max(1, Math.round((Math.max(blockInputs, taps) * outSize) / inSize));
  return Array.from({ length: Math.ceil(outSize / rows) }, (_, b) => {
    const first = b * rows;
    const outputs = Math.min(rows, outSize - first);
    const starts = start.subarray(first, first + outputs);
    const from = starts.reduce((a, c) => Math.min(a, c));
    const inputs = starts.reduce((a, c) => Math.max(a, c)) + taps - from;
    const dense = new Float32Array(outputs * inputs);
    starts.forEach((at, row) => {
      const offset = (first + row) * taps;
      dense.set(weights.subarray(offset, offset + taps), row * inputs + at - from);
    });
    return { from, inputs, outputs, weights: dense };
  });
}

function transposeRows({ start, taps, weights, inSize, outSize }: LineMatrix): SparseRows {
  const columns = Array.from({ length: inSize }, () => ({ first: 0, weights: [] as number[] }));
  for (let i = 0; i < outSize; i++) {
    for (let t = 0; t < taps; t++) {
      const weight = weights[i * taps + t]!;
      if (weight === 0) continue;
      const column = columns[start[i]! + t]!;
      if (column.weights.length === 0) column.first = i;
      while (column.weights.length < i - column.first) column.weights.push(0);
      column.weights.push(weight);
    }
  }
  return packRows(columns, outSize);
}
