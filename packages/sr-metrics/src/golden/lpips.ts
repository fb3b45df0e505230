/** What tools/oracles/lpips_metric.py wrote. */
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { cropPicture } from 'sr-data';
import { type Picture, Random } from 'sr-tensor';
import { type PairFiles, readGolden } from './pairs.js';

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
export function tinyPair(): [prediction: Tensor4D, target: Tensor4D] {
  const { height, width } = lpipsGolden.tiny;
  const random = new Random(21);
  const draw = (): Tensor4D =>
    tensor4d(
      Float32Array.from({ length: height * width * 3 }, () => random.uniform()),
      [1, height, width, 3],
    );
  return [draw(), draw()];
}

/** The square in the middle of a picture. */
export function middle(picture: Picture, side: number): Picture {
  const left = Math.floor((picture.width - side) / 2);
  const top = Math.floor((picture.height - side) / 2);
  return cropPicture(picture, { left, top, width: side, height: side });
}
