/** What tools/oracles/style_networks.py wrote with PyTorch. */
import { readFileSync } from 'node:fs';
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import type { TensorSummary } from 'sr-tensor/testing';
import type { StyleNetworkOptions, StylePresetName } from '../network/style-network.js';

interface Case {
  preset: StylePresetName;
  config: StyleNetworkOptions;
  seed: number;
  size: [number, number];
  output: TensorSummary;
  gradient: TensorSummary;
}
interface Golden {
  tolerance: number;
  last: number;
  publishedTolerance: number;
  counts: { preset: StylePresetName; config: StyleNetworkOptions; parameters: number }[];
  cases: Case[];
  published: { file: string; seed: number; size: [number, number]; output: TensorSummary }[];
}

export const golden: Golden = JSON.parse(readFileSync(new URL('./networks.json', import.meta.url), 'utf8'));

/** The noise that the script draws. */
export function picture(seed: number, [height, width]: readonly [number, number]): Tensor4D {
  const random = new Random(seed);
  const pixels = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
  return tensor4d(pixels, [1, height, width, 3]);
}
