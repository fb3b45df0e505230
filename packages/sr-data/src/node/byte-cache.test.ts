import { expect, test } from 'vitest';
import { ByteCache } from './byte-cache.js';

const value = (byteLength: number) => ({ byteLength });

test('what was used longest ago goes first, and the limit holds', () => {
  const cache = new ByteCache(100);
  cache.set(1, value(40));
  cache.set(2, value(40));
  expect(cache.get(1)).toBeDefined();
  cache.set(3, value(40));
  expect([1, 2, 3].map(key => cache.get(key) !== undefined)).toEqual([true, false, true]);
  expect(cache.bytes).toBe(80);
});

test('replaced, deleted and too large values leave no trace', () => {
  const cache = new ByteCache(100);
  cache.set(1, value(60));
  cache.set(1, value(30));
  expect(cache.bytes).toBe(30);
  cache.set(2, value(101));
  expect([cache.get(2), cache.bytes]).toEqual([undefined, 0]);
  cache.delete(7);
  cache.set(1, value(10));
  cache.clear();
  expect([cache.get(1), cache.bytes]).toEqual([undefined, 0]);
});
