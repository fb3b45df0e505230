import { expect, test } from 'vitest';
import { uprightExif } from './exif.js';

/** A TIFF structure with an IFD0 of one entry: the orientation. */
function exif(little: boolean, orientation: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  for (const [at, value] of [
    [10, 0x0112],
    [12, 3],
  ] as const)
    view.setUint16(at, value, little);
  view.setUint32(14, 1, little);
  view.setUint16(18, orientation, little);
  return new Uint8Array(view.buffer);
}

test.each([true, false])('the orientation becomes 1 in either byte order (little-endian: %s)', little => {
  expect(uprightExif(exif(little, 6))).toEqual(exif(little, 1));
});

test('the prefix of JPEG files is taken off, the input is not changed', () => {
  const input = Uint8Array.of(...Buffer.from('Exif\0\0'), ...exif(true, 8));
  const copy = input.slice();
  expect(uprightExif(input)).toEqual(exif(true, 1));
  expect(input).toEqual(copy);
});

test('whatever cannot be followed stays as it is', () => {
  const whole = exif(true, 6);
  for (let length = 0; length < whole.length - 4; length++) {
    const part = whole.slice(0, length);
    expect(uprightExif(part)).toEqual(part);
  }
  const far = exif(true, 6);
  new DataView(far.buffer).setUint32(4, 0xffffffff, true);
  expect(uprightExif(far)).toEqual(far);
});
