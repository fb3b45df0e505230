/** Maps of distances as pictures with a legend. */
import { type Picture, SrError } from 'sr-tensor';
import { heatColor } from './heat-color.js';
import type { DistanceMap } from './metric.js';
import { drawText, textHeight, textWidth } from './pixel-text.js';

export interface HeatMapOptions {
  /** What is shown, for the legend; letters, digits, points and hyphens. */
  label?: string;
  /** The value in the first colour, dark blue. Default 0; of similarities 1. */
  from?: number;
  /** The value in the last colour, light yellow. Default: the map's largest, rounded up to two digits. */
  to?: number;
}

const BACKGROUND = 32;
const INK = 224;
const BAR = 10;
const MARGIN = 6;

/**
 * A map as a picture: a pixel a value, below it the scale.
 *
 * @param map of `lpips.map`, `gramMetric(...).map` or `ssim.map` (with `from: 1, to: 0`)
 * @returns 8-bit RGB, as wide as the map or the legend
 * @throws `picture/invalid` for values that are not numbers, `metrics/option` for a scale without a length
 * @example
 * const [map] = await ssim.map(result, reference);
 * const shown = heatMap(map!, { label: 'ssim', from: 1, to: 0 });
 */
export function heatMap(map: DistanceMap, { label = '', from = 0, to = roundedUp(map) }: HeatMapOptions = {}): Picture {
  check(map, from, to);
  const ends = [shortly(from), shortly(to)] as const;
  const words = [ends[0], label, ends[1]].map(textWidth);
  const width = Math.max(
    map.width,
    words.reduce((sum, each) => sum + each + 2 * MARGIN),
  );
  const height = map.height + 3 * MARGIN + BAR + textHeight;
  const data = new Uint8Array(width * height * 3).fill(BACKGROUND);
  const left = Math.floor((width - map.width) / 2);
  const plot = (x: number, y: number, color: readonly [number, number, number]): void =>
    data.set(color, 3 * (y * width + x));

  for (let y = 0, i = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++, i++) plot(left + x, y, heatColor((map.data[i]! - from) / (to - from)));
  }
  const barTop = map.height + MARGIN;
  for (let x = MARGIN; x < width - MARGIN; x++) {
    const color = heatColor((x - MARGIN) / (width - 2 * MARGIN - 1));
    for (let y = barTop; y < barTop + BAR; y++) plot(x, y, color);
  }
  const write = (text: string, x: number): void =>
    drawText(text, (dx, dy) => plot(x + dx, barTop + BAR + MARGIN + dy, [INK, INK, INK]));
  write(ends[0], MARGIN);
  write(label, Math.floor((width - words[1]!) / 2));
  write(ends[1], width - MARGIN - words[2]!);
  return { data, width, height, channels: 3 };
}

function roundedUp({ data }: DistanceMap): number {
  const largest = data.reduce((a, b) => Math.max(a, b), 0);
  // Equal pictures: any scale shows them as equal.
  if (!(largest > 0)) return 1;
  const unit = 10 ** (Math.floor(Math.log10(largest)) - 1);
  return Math.ceil(largest / unit - 1e-6) * unit;
}

function shortly(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function check({ data, width, height }: DistanceMap, from: number, to: number): void {
  if (data.length !== width * height || !data.every(Number.isFinite)) {
    throw new SrError({
      code: 'picture/invalid',
      message: `heatMap: expected ${width} x ${height} numbers, received ${data.length}${data.every(Number.isFinite) ? '' : ', some not finite'}.`,
    });
  }
  if (Number.isFinite(from) && Number.isFinite(to) && from !== to) return;
  throw new SrError({
    code: 'metrics/option',
    message: `heatMap: expected two different ends of the scale, received ${from} and ${to}.`,
  });
}
