import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { heatColor } from './heat-color.js';
import { heatMap } from './heat-map.js';

const map = { data: Float32Array.of(0, 0.25, 0.5, 1), width: 2, height: 2 };

test('heatMap shows a pixel a value above its legend', () => {
  const shown = heatMap({ ...map, data: map.data.map(value => 0.5 * value) }, { label: 'lpips-alex' });
  const left = (shown.width - 2) / 2;
  expect(pixel(shown, left, 0)).toEqual(heatColor(0));
  expect(pixel(shown, left + 1, 0)).toEqual(heatColor(0.25));
  expect(pixel(shown, left, 1)).toEqual(heatColor(0.5));
  expect(pixel(shown, left + 1, 1)).toEqual(heatColor(1));
  // The bar goes from the first colour to the last.
  expect(pixel(shown, 6, 10)).toEqual(heatColor(0));
  expect(pixel(shown, shown.width - 7, 10)).toEqual(heatColor(1));
  expect(shown.height).toBe(2 + 3 * 6 + 10 + 10);
});

test('heatMap writes the ends of the scale', () => {
  const words = (options: Parameters<typeof heatMap>[1]) => textOf(heatMap({ ...map, width: 4, height: 1 }, options));
  expect(words({ label: 'ab', from: 1, to: 0 })).toBe(words({ label: 'AB', from: 1, to: 0 }));
  expect(words({ from: 0, to: 1 })).not.toBe(words({ from: 1, to: 0 }));
  // 0.9731 is rounded up to two digits.
  const rounded = { ...map, data: Float32Array.of(0, 0.1, 0.2, 0.9731) };
  expect(textOf(heatMap(rounded))).toBe(textOf(heatMap(rounded, { to: 0.98 })));
});

test('heatMap of equal pictures is all dark', () => {
  const shown = heatMap({ data: new Float32Array(300 * 2), width: 300, height: 2 });
  expect(pixel(shown, 0, 0)).toEqual(heatColor(0));
  expect(pixel(shown, 299, 1)).toEqual(heatColor(0));
});

test('heatMap refuses values that are no numbers, and a scale without a length', () => {
  expect(() => heatMap({ ...map, data: map.data.map(() => Number.NaN) })).toThrow('some not finite');
  expect(() => heatMap({ ...map, width: 3 })).toThrow('expected 3 x 2 numbers, received 4');
  expect(() => heatMap(map, { from: 1, to: 1 })).toThrow('two different ends');
});

function pixel({ data, width }: Picture, x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

/** What is written, as rows of pixels. */
function textOf(picture: Picture): string {
  const rows = Array.from({ length: 10 }, (_, y) =>
    Array.from({ length: picture.width }, (__, x) =>
      pixel(picture, x, picture.height - 16 + y)[0] === 224 ? '#' : ' ',
    ),
  );
  return rows.map(row => row.join('')).join('\n');
}
