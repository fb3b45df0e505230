import { expect, test } from 'vitest';
import { twoAfcGolden } from './golden/two-afc.js';
import { readNpy } from './read-npy.js';

test.each(twoAfcGolden.arrays)('reads what NumPy writes: $type', ({ file, data }) => {
  expect(readNpy(Buffer.from(file, 'base64'))).toEqual({ shape: [2, 3], data: Float64Array.from(data) });
});

test('turns the order of Fortran', () => {
  const { type, file, data } = twoAfcGolden.arrays[0]!;
  const text = Buffer.from(file, 'base64').toString('latin1').replace('False', 'True ');
  const read = readNpy(Buffer.from(text, 'latin1'));
  expect(read.shape, type).toEqual([2, 3]);
  // Stored column by column: 0 2 4 / 1 3 5.
  expect([...read.data]).toEqual([0, 2, 4, 1, 3, 5].map(i => data[i]));
});

test('refuses what it does not read', () => {
  const whole = Buffer.from(twoAfcGolden.arrays[0]!.file, 'base64');
  const header = (change: (text: string) => string) => {
    const text = change(whole.toString('latin1'));
    return Buffer.from(text, 'latin1');
  };
  for (const [bytes, message] of [
    [Buffer.alloc(0), '0 bytes of something else'],
    [Buffer.from('<!doctype html>'), 'something else'],
    [whole.subarray(0, whole.length - 1), 'the file is cut off'],
    [whole.subarray(0, 40), 'an array of <f8'],
    [header(text => text.replace("'<f8'", "'>f8'")), "'>f8'"],
  ] as const) {
    expect(() => readNpy(bytes)).toThrow(
      expect.objectContaining({ code: 'npy/format', message: expect.stringContaining(message) }),
    );
  }
});
