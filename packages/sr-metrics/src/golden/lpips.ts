/** What tools/oracles/lpips_metric.py wrote. */
import { cropPicture } from 'sr-data';
import type { Picture } from 'sr-tensor';
import { type PairFiles, readGolden } from './pairs.js';
import { drawPair, type Pair } from './tiny-case.js';

interface TinyGolden {
  value: number;
  layers: number[];
  gradient: number[];
}

export const lpipsGolden: {
  tolerance: number;
  vgg: { side: number; seed: number };
  examples: (PairFiles & { value: number })[];
  cases: (PairFiles & { values: Record<string, number> })[];
  gradient: PairFiles & { side: number; value: number; norm: number; slopes: number[] };
  tiny: {
    height: number;
    width: number;
    weights: number[][];
    linearMap: number[];
    baselineMap: number[];
  } & Record<'linear' | 'baseline', TinyGolden>;
} = readGolden('./lpips.json');

/** The two pictures of the tiny case. */
export const tinyPair = (): Pair => drawPair(lpipsGolden.tiny, 21);

/** The square in the middle of a picture. */
export function middle(picture: Picture, side: number): Picture {
  const left = Math.floor((picture.width - side) / 2);
  const top = Math.floor((picture.height - side) / 2);
  return cropPicture(picture, { left, top, width: side, height: side });
}
