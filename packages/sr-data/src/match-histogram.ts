// Histogram matching: value v becomes the smallest value r whose share of pixels at or below it in the reference is at
// least that of v in the picture. Counts are compared as integers, so that equal histograms map every value to itself.
//
// Post-processing of Johnson, Alahi and Fei-Fei, "Perceptual losses for real-time style transfer and super-resolution",
// ECCV 2016, section 4.2 (the result matched to the low-resolution input); the paper leaves the details open.
import { bitDepth, checkPicture, fullValue, hasAlpha, type Picture, SrError } from 'sr-tensor';
import { toBitDepth } from './bit-depth.js';

export interface MatchHistogramOptions {
  /** `rgb` (default): each channel for itself. `y`: luma alone; colours move along with it. */
  channel?: 'rgb' | 'y';
}

/**
 * A picture whose values are distributed as in the reference.
 *
 * One bin a value: 256 for 8 bits, 65,536 for 16. Alpha is kept. The sizes may differ.
 *
 * @param picture 8 or 16 bits
 * @param reference grey or RGB like the picture
 * @throws `picture/invalid` for floats and if only one of the two is grey
 *
 * @example
 * const result = matchHistogram(enlarged, photo);
 */
export function matchHistogram(
  picture: Picture,
  reference: Picture,
  { channel = 'rgb' }: MatchHistogramOptions = {},
): Picture {
  checkPicture(picture);
  checkPicture(reference, 'reference');
  const depth = bitDepth(picture);
  const colors = colorsOf(picture);
  if (depth === 32 || colorsOf(reference) !== colors) {
    throw new SrError({
      code: 'picture/invalid',
      message: `matchHistogram: expected two grey or two RGB pictures, the first in 8 or 16 bits, received ${colors} and ${colorsOf(reference)} colours, the first in ${depth} bits.`,
    });
  }
  const other = toBitDepth(reference, depth);
  // Not slice(), which for a Buffer of Node shares the memory.
  const data = depth === 16 ? new Uint16Array(picture.data) : new Uint8Array(picture.data);
  const bins = fullValue(picture) + 1;
  const read = channel === 'y' && colors === 3 ? [luma] : Array.from({ length: colors }, (_, c) => at(c));
  for (const [c, value] of read.entries()) {
    const map = matching(histogram(picture, value, bins), histogram(other, value, bins));
    for (let i = 0; i < data.length; i += picture.channels) {
      const before = value(picture.data, i);
      if (read.length === colors) data[i + c] = map[before]!;
      else shift(data, i, map[before]! - before, bins - 1);
    }
  }
  return { ...picture, data };
}

type Read = (data: Picture['data'], pixel: number) => number;

function at(channel: number): Read {
  return (data, pixel) => data[pixel + channel]!;
}

/** Luma of ITU-R BT.601, full range, rounded; in whole thousandths, so that halves are exact. */
const luma: Read = (data, pixel) =>
  Math.floor((299 * data[pixel]! + 587 * data[pixel + 1]! + 114 * data[pixel + 2]! + 500) / 1000);

/** With the colour differences kept, a change of luma changes R, G and B alike. */
function shift(data: Picture['data'], pixel: number, by: number, full: number): void {
  for (let c = pixel; c < pixel + 3; c++) data[c] = Math.min(full, Math.max(0, data[c]! + by));
}

/** How many pixels have each value or a smaller one. */
function histogram({ data, channels }: Picture, value: Read, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  for (let i = 0; i < data.length; i += channels) counts[value(data, i)]!++;
  for (let v = 1; v < bins; v++) counts[v]! += counts[v - 1]!;
  return counts;
}

function matching(counts: Float64Array, reference: Float64Array): Uint16Array {
  const total = counts.at(-1)!;
  const referenceTotal = reference.at(-1)!;
  const map = new Uint16Array(counts.length);
  for (let v = 0, r = 0; v < counts.length; v++) {
    while (reference[r]! * total < counts[v]! * referenceTotal) r++;
    map[v] = r;
  }
  return map;
}

function colorsOf(picture: Picture): number {
  return picture.channels - (hasAlpha(picture) ? 1 : 0);
}
