/** What tools/oracles/feature_distances.py wrote. */
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { type PairFiles, readGolden } from './pairs.js';

interface Differentiable {
  value: number;
  gradient: number[];
}

export const featureDistancesGolden: {
  tolerance: number;
  side: number;
  seed: number;
  cases: (PairFiles & { dists: number })[];
  large: PairFiles & { dists: number };
  tiny: { height: number; width: number; alpha: number[]; beta: number[] } & Record<
    'dists' | 'l1' | 'l2',
    Differentiable
  >;
} = readGolden('./feature-distances.json');

/** The two pictures of the tiny cases. */
export function tinyPair(): [prediction: Tensor4D, target: Tensor4D] {
  const { height, width } = featureDistancesGolden.tiny;
  const random = new Random(22);
  const draw = (): Tensor4D =>
    tensor4d(
      Float32Array.from({ length: height * width * 3 }, () => random.uniform()),
      [1, height, width, 3],
    );
  return [draw(), draw()];
}
