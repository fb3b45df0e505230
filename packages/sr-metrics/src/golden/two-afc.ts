/** What tools/oracles/two_afc.py wrote. */
import { readFileSync } from 'node:fs';

export const twoAfcGolden: {
  tolerance: number;
  cases: { d0: number[]; d1: number[]; h: number[]; twoAfc: number; jnd?: number }[];
  training: {
    seed: number;
    triplets: number;
    side: number;
    epochs: number;
    decayEpochs: number;
    learningRate: number;
    losses: number[];
    linear: number[][];
  };
  arrays: { type: string; file: string; data: number[] }[];
} = JSON.parse(readFileSync(new URL('./two-afc.json', import.meta.url), 'utf8'));
