/** What tools/oracles/distributions.py wrote. */
import { Random } from 'sr-tensor';
import { casesOf, type GoldenCase, type PairFiles, readGolden } from './pairs.js';

interface Values {
  readonly colorMoments: number;
  readonly histograms: Record<'earth-mover' | 'chi-square' | 'hellinger' | 'intersection', number>;
}

interface FrechetCase {
  readonly count: number;
  readonly size: number;
  readonly seed: number;
  readonly distance: number;
}

interface Golden {
  readonly tolerance: number;
  readonly bins: number;
  readonly cases: (PairFiles & Values)[];
  readonly frechet: FrechetCase[];
}

const golden = readGolden<Golden>('./distributions.json');

export const { tolerance, bins, frechet } = golden;

export function goldenCases(): GoldenCase<Values>[] {
  return casesOf(golden.cases);
}

/** The two sets of features that `frechet` of the script draws, a row each. */
export function featureSets({ count, size, seed }: FrechetCase): [number[][], number[][]] {
  const random = new Random(seed);
  const [a, b] = [1, 2].map(kind => {
    const noise = Array.from({ length: count }, () => Array.from({ length: size }, () => random.uniform(-1, 1)));
    return noise.map(row => row.map((value, i) => value + 0.5 * kind * row.at(i - 1)! + 0.1 * kind));
  });
  return [a!, b!];
}
