import { expect, test } from 'vitest';
import golden from './golden/heat-colors.json' with { type: 'json' };
import { heatColor } from './heat-color.js';

test('heatColor equals the helix in OKLab by other matrices', () => {
  for (const [i, expected] of golden.colors.entries()) {
    const color = heatColor(i / (golden.colors.length - 1));
    for (const [k, level] of color.entries()) expect(Math.abs(level - expected[k]!)).toBeLessThanOrEqual(1);
  }
});

test('its lightness rises evenly, by CIELAB', () => {
  const steps = golden.lightness.slice(1).map((value, i) => value - golden.lightness[i]!);
  expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.15);
});

test('what lies outside is clipped', () => {
  expect(heatColor(-3)).toEqual(heatColor(0));
  expect(heatColor(7)).toEqual(heatColor(1));
});
