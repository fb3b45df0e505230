import { expect, test } from 'vitest';
import { nearest } from './nearest.js';

test.each([
  ['psrn', ['ssim', 'psnr', 'lpips'], 'psnr'],
  ['x4-smal', ['x2-small', 'x4-small', 'x4-large'], 'x4-small'],
  ['', ['a', 'bb'], 'a'],
  ['kitten', ['sitting', 'mitten'], 'mitten'],
])('nearest to %j in %j', (word, names, expected) => {
  expect(nearest(word, names)).toBe(expected);
});
