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

test('of singular and of zero matrices', () => {
  expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  const ones = symmetricEigen(new Float64Array(16).fill(1), 4);
  expect(Math.max(...ones.values)).toBeCloseTo(4, 14);
  expect(ones.values.filter(value => Math.abs(value) < 1e-14)).toHaveLength(3);
});

test('refuses what is not finite', () => {
  expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow('finite');
});
