/** What tools/oracles/full_reference.py wrote. */
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { casesOf, type GoldenCase, type PairFiles, readGolden } from './pairs.js';

interface Values {
  /** Over all channels. */
  psnr: number;
  ssim: number;
  msSsim: number;
  vifp: number;
  vifpSwapped: number;
  gmsd: number;
  totalVariation: Record<'piq-l1' | 'piq-l2' | 'piq-l2-squared', number>;
}

interface LossValues {
  size: [height: number, width: number];
  value: number;
  /** Of the whole gradient. */
  norm: number;
  /** Every `gradientStep`-th value. */
  gradient: number[];
}

interface Golden {
  tolerance: number;
  cases: (PairFiles & Values)[];
  gradientStep: number;
  losses: Record<'msSsim' | 'vifp' | 'gmsd', LossValues>;
}

const golden = readGolden<Golden>('./full-reference.json');

export const { tolerance, losses, gradientStep } = golden;

export function goldenCases(): GoldenCase<Values>[] {
  return casesOf(golden.cases);
}

/** The two pictures that `smooth` of the script draws: prediction and target. */
export function smoothPair([height, width]: [number, number]): [Tensor4D, Tensor4D] {
  const random = new Random(41);
  const target = new Float32Array(height * width * 3);
  const prediction = new Float32Array(height * width * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) {
        const wave = 0.5 + 0.2 * Math.sin(0.3 * x + c) + 0.2 * Math.cos(0.2 * y - c);
        target[i] = wave + random.uniform(-0.05, 0.05);
        prediction[i] = wave + random.uniform(-0.1, 0.1);
      }
    }
  }
  return [tensor4d(prediction, [1, height, width, 3]), tensor4d(target, [1, height, width, 3])];
}

/** Noise of full contrast and the same with a third of other noise: what a step of 0.01 changes little. */
export function noisePair([height, width]: [number, number]): [Tensor4D, Tensor4D] {
  const random = new Random(43);
  const target = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
  const prediction = target.map(value => (2 * value + random.uniform()) / 3);
  return [tensor4d(prediction, [1, height, width, 3]), tensor4d(target, [1, height, width, 3])];
}
