import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from '../../test/weights/golden.js';
import { bfloatToFloat, floatToHalf, halfToFloat } from './half.js';

const hash = (values: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

/** The bits, with one NaN for all. */
function canonicalBits(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer.slice(0) as ArrayBuffer);
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) bits[i] = 0x7fc0_0000;
  return bits;
}

test('all 65,536 halves widen as in NumPy', () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  expect(hash(canonicalBits(halfToFloat(halves)))).toBe(golden.half.halfToFloat);
});

test('rounds as NumPy at, just below and just above every border between two halves', () => {
  const wide = halfToFloat(Uint16Array.from({ length: 65_536 }, (_, i) => i));
  // NumPy's sort puts -0 and 0 as they come: -0 after 0 in the order of the bits.
  const finite = wide.filter(Number.isFinite).sort((a, b) => a - b);
  const middles = Float32Array.from(finite.subarray(1), (value, i) => (value + finite[i]!) / 2);
  const probes = Float32Array.from([
    ...finite,
    ...middles,
    ...middles.map(value => nextAfter(value, 1)),
    ...middles.map(value => nextAfter(value, -1)),
    ...[65519.996, 65520, -65520, 1e30, Infinity, -Infinity, 2 ** -25, 2 ** -26, 1e-45],
  ]);
  expect(hash(probes), 'the inputs are those of NumPy').toBe(golden.half.probes);
  expect(hash(floatToHalf(probes))).toBe(golden.half.floatToHalf);
});

test('halves survive widening and narrowing, NaN stays NaN', () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter(half => (half & 0x7fff) <= 0x7c00);
  expect(floatToHalf(halfToFloat(halves))).toEqual(halves);
  expect(halfToFloat(floatToHalf(Float32Array.of(Number.NaN)))[0]).toBeNaN();
});

test('bfloat16 is the upper half of a float32', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), upper => {
      const expected = new Float32Array(Uint32Array.of(upper * 65_536).buffer)[0];
      expect(bfloatToFloat(Uint16Array.of(upper))[0]).toBe(expected);
    }),
  );
});

/** The next float32 in the direction of `sign`. */
function nextAfter(value: number, sign: 1 | -1): number {
  if (value === 0) return sign * 2 ** -149;
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0]! += value > 0 === sign > 0 ? 1 : -1;
  return new Float32Array(bits.buffer)[0]!;
}
