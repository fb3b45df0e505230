/** How much of a style: pictures between the one as it was and the one as it is painted. */
import { bitDepth, fullValue, type Picture, quantize, SrError } from 'sr-tensor';

/** @throws `style/strength` unless it lies in [0, 1] */
export function checkStrength(strength: number, caller: string): void {
  if (strength >= 0 && strength <= 1) return;
  throw new SrError({
    code: 'style/strength',
    message: `${caller}: expected a strength from 0 to 1, received ${strength}.`,
  });
}

/**
 * The picture moved towards the painted one: before + strength (after - before), in the depth of `after`.
 *
 * @param before of the size of `after`; its alpha does not count
 * @param after RGB without alpha
 */
export function blend(before: Picture, after: Picture, strength: number): Picture {
  const [from, to] = [1 / fullValue(before), 1 / fullValue(after)];
  const isGrey = before.channels < 3;
  const values = new Float32Array(after.data.length);
  for (let i = 0; i < values.length; i++) {
    const pixel = Math.floor(i / 3);
    const a = before.data[pixel * before.channels + (isGrey ? 0 : i % 3)]! * from;
    values[i] = a + strength * (after.data[i]! * to - a);
  }
  return { ...after, data: quantize(values, bitDepth(after)) };
}
