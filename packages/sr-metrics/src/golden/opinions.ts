/** What tools/oracles/opinions.py wrote. */
import { readFileSync } from 'node:fs';

interface GoldenCorrelation {
  value: number;
  interval?: [low: number, high: number];
}

export const opinionsGolden: {
  tolerance: number;
  correlations: ({ a: number[]; b: number[] } & Record<'pearson' | 'spearman' | 'kendall', GoldenCorrelation>)[];
  means: { values: number[]; mean: number; low: number; high: number }[];
} = JSON.parse(readFileSync(new URL('./opinions.json', import.meta.url), 'utf8'));
