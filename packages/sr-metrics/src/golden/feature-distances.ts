/** What tools/oracles/feature_distances.py wrote. */
import { type PairFiles, readGolden } from './pairs.js';
import { drawPair, type Pair } from './tiny-case.js';

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
export const tinyPair = (): Pair => drawPair(featureDistancesGolden.tiny, 22);
