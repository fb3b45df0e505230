import { afterEach, describe, expect, test, vi } from 'vitest';
import { formatBytes, formatSeconds, formatTable, printJson } from './output.js';

afterEach(() => vi.restoreAllMocks());

test('a table has aligned columns, numbers to the right', () => {
  const rows = [
    ['', 'psnr'],
    ['baby.png', '31.772'],
    ['b.png', '7.1'],
  ];
  expect(formatTable(rows).split('\n')).toEqual(['            psnr', 'baby.png  31.772', 'b.png        7.1']);
});

test('a table is cut where the terminal ends', () => {
  const rows = [
    ['name', 'description'],
    ['a', 'as b'],
    ['b', 'too long by one'],
  ];
  expect(formatTable(rows, { width: 20 }).split('\n')).toEqual([
    'name  description',
    'a     as b',
    'b     too long by o…',
  ]);
  expect(formatTable(rows, { width: undefined })).toContain('too long by one');
});

test.each([
  [0.04, '0.0 s'],
  [8.25, '8.3 s'],
  [59.4, '59 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [512, '512 bytes'],
  [1536, '1.5 KiB'],
  [3 * 2 ** 30, '3.0 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

describe('JSON', () => {
  test('has texts for numbers that JSON lacks', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    printJson({ psnr: Number.POSITIVE_INFINITY, ssim: 1, none: Number.NaN }, { indent: 0 });
    expect(write).toHaveBeenCalledWith('{"psnr":"Infinity","ssim":1,"none":"NaN"}\n');
  });
});
