import { expect, test } from 'vitest';
import { zeros } from '../initializers.js';
import type { Layout } from '../network.js';
import { fromFileLayout, toFileLayout } from './layout.js';

/** A kernel whose value at each place spells the place: output, input, row and column as the digits of a number. */
function spelled(shape: readonly number[], digits: (index: number[]) => number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  return Float32Array.from({ length: size }, (_, flat) => {
    const index: number[] = [];
    let rest = flat;
    for (const n of [...shape].reverse()) {
      index.unshift(rest % n);
      rest = Math.floor(rest / n);
    }
    return Number(digits(index).join(''));
  });
}

// The orders of axes are the table at `Layout`: TensorFlow's documentation of its filters, PyTorch's of its weights.
test.each<[Layout, ours: number[], (i: number[]) => number[], file: number[], (i: number[]) => number[]]>([
  ['conv', [2, 3, 4, 5], ([y, x, i, o]) => [o!, i!, y!, x!], [5, 4, 2, 3], ([o, i, y, x]) => [o!, i!, y!, x!]],
  [
    'conv-transpose',
    [2, 3, 4, 5],
    ([y, x, o, i]) => [o!, i!, y!, x!],
    [5, 4, 2, 3],
    ([i, o, y, x]) => [o!, i!, y!, x!],
  ],
  [
    'depthwise',
    [2, 3, 4, 2],
    ([y, x, c, m]) => [c!, m!, y!, x!],
    [8, 1, 2, 3],
    ([k, , y, x]) => [k! >> 1, k! & 1, y!, x!],
  ],
  ['linear', [3, 4], ([i, o]) => [o!, i!], [4, 3], ([o, i]) => [o!, i!]],
  ['plain', [3, 4], ([a, b]) => [a!, b!], [3, 4], ([a, b]) => [a!, b!]],
])('%s', (layout, shape, ours, fileShape, file) => {
  const spec = { shape, layout, init: zeros };
  const inTensorFlow = spelled(shape, ours);
  const inFile = spelled(fileShape, file);
  expect(fromFileLayout(inFile, spec)).toEqual(inTensorFlow);
  expect(toFileLayout(inTensorFlow, spec)).toEqual(inFile);
  expect(fromFileLayout(inFile, spec)).not.toBe(inFile);
});
