import { expect, test } from 'vitest';
import { philox, Random } from './random.js';

const hex = (block: Uint32Array): string => [...block].map(word => word.toString(16).padStart(8, '0')).join(' ');

// Random123's kat_vectors, "philox4x32 10": counter 0, key 0. Its other vectors fill all four counter words, of which a
// position has two; tools/oracles/philox.py passes them all and printed the blocks below.
test('philox gives the published block, and those of its twin', () => {
  expect(hex(philox(0, 0))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  expect(hex(philox(1, 0))).toBe('e3e80670 e50a0ebc 95f222c0 b615aa27');
  expect(hex(philox(2 ** 53 - 1, 2 ** 50 + 7))).toBe('3acc7677 d771bc05 74e9fc36 b8f5b3e0');
  expect(hex(philox(0x1234567890ab, 5))).toBe('40caa47d fcaa5fcf 42a639fb d4f250ef');
});

test('uniform numbers equal those of the twin, from any position', () => {
  const random = new Random({ seed: 2 ** 40 + 3, position: 6 });
  const expected = [0.02099776268005371, 0.7513876557350159, 0.007952272891998291];
  expect(expected.map(() => random.uniform())).toEqual(expected);
  expect(random.state).toEqual({ seed: 2 ** 40 + 3, position: 9 });
});

test('a saved state resumes exactly', () => {
  const random = new Random(7);
  for (let i = 0; i < 5; i++) random.normal();
  const resumed = new Random(JSON.parse(JSON.stringify(random.state)));
  for (let i = 0; i < 9; i++) expect(resumed.normal()).toBe(random.normal());
});

// Limits: five standard errors of 100,000 draws.
test('uniform, normal and int have the moments of their distributions', () => {
  const random = new Random(3);
  const count = 100_000;
  const moments = (draw: () => number): { mean: number; variance: number } => {
    const values = Array.from({ length: count }, draw);
    const mean = values.reduce((sum, v) => sum + v, 0) / count;
    return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count };
  };
  const uniform = moments(() => random.uniform(2, 4));
  expect(Math.abs(uniform.mean - 3)).toBeLessThan((5 * Math.sqrt(1 / 3)) / Math.sqrt(count));
  expect(Math.abs(uniform.variance - 1 / 3)).toBeLessThan(0.01);
  const normal = moments(() => random.normal(1, 2));
  expect(Math.abs(normal.mean - 1)).toBeLessThan(10 / Math.sqrt(count));
  expect(Math.abs(normal.variance - 4)).toBeLessThan(5 * 4 * Math.sqrt(2 / count));
  const int = moments(() => random.int(5));
  expect(Math.abs(int.mean - 2)).toBeLessThan((5 * Math.sqrt(2)) / Math.sqrt(count));
});

test('int stays below its bound and permutation holds every integer once', () => {
  const random = new Random(4);
  const drawn = new Set(Array.from({ length: 1000 }, () => random.int(3)));
  expect([...drawn].sort()).toEqual([0, 1, 2]);
  const order = random.permutation(50);
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});
