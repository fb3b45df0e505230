import { Random } from 'sr-tensor';
import { expect, test } from 'vitest';
import { symmetricEigen } from './symmetric-eigen.js';

test('of two by two, worked by hand', () => {
  const { values } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  expect([...values].sort()).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
});

test.each([1, 2, 3, 9, 40])('of %i x %i rebuilds the matrix from orthonormal vectors', size => {
  const random = new Random(size);
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = random.uniform(-1, 1);
  }
  const { values, vectors } = symmetricEigen(matrix, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let [rebuilt, product] = [0, 0];
      for (let k = 0; k < size; k++) {
        rebuilt += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
        product += vectors[i * size + k]! * vectors[j * size + k]!;
      }
      expect(rebuilt).toBeCloseTo(matrix[i * size + j]!, 12);
      expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
    }
  }
});

test.each([
  [120, 10, 1],
  [200, 5, 2],
])('of %i rows and rank %i, where all other values are noise', (size, rank, seed) => {
  const random = new Random(seed);
  const factors = Array.from({ length: rank }, () => Float64Array.from({ length: size }, () => random.uniform()));
  const matrix = Float64Array.from({ length: size * size }, (_, i) =>
    factors.reduce((sum, row) => sum + row[Math.floor(i / size)]! * row[i % size]!, 0),
  );
  const { values } = symmetricEigen(matrix, size);
  // The trace, and the sum of squares of all elements.
  const trace = factors.reduce((sum, row) => sum + row.reduce((all, value) => all + value * value, 0), 0);
  const squares = matrix.reduce((sum, value) => sum + value * value, 0);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 9);
  expect(values.reduce((sum, value) => sum + value * value, 0) / squares).toBeCloseTo(1, 12);
  expect(values.filter(value => Math.abs(value) > 1e-9)).toHaveLength(rank);
});

test('of singular and of zero matrices', () => {
  expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  const ones = symmetricEigen(new Float64Array(16).fill(1), 4);
  expect(Math.max(...ones.values)).toBeCloseTo(4, 14);
  expect(ones.values.filter(value => Math.abs(value) < 1e-14)).toHaveLength(3);
});

test('refuses what is not finite', () => {
  expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow('finite');
});
