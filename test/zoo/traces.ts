import { resizePicture } from 'sr-data';
import type { Picture } from 'sr-tensor';
import { upsamplingSpectrum } from './upsampling-spectrum.js';

/** What an enlargement may leave in a picture that is none of its content. */
export interface Traces {
  /** How much it shows the grid of the enlargement, see `upsamplingSpectrum`. */
  readonly grid: number;
  /** How far the means of the channels are off those of the bicubic enlargement: the farthest, in levels of 255. */
  readonly colour: number;
}

export function tracesOf(enlarged: Picture, small: Picture): Traces {
  const scale = enlarged.width / small.width;
  const expected = means(resizePicture(small, { scale }));
  // Some make colours of grey pictures.
  const differences = means(enlarged).map((value, i) => Math.abs(value - expected[i % expected.length]!));
  return { grid: upsamplingSpectrum(enlarged, scale), colour: Math.max(...differences) };
}

function means({ data, channels }: Picture): number[] {
  const sums = Array.from({ length: channels }, () => 0);
  for (const [i, value] of data.entries()) sums[i % channels]! += value;
  return sums.map(sum => (sum * channels) / data.length);
}
