/** The trunk that SRGAN's discriminator and its successors share. */
import type { Stage } from './convolutional.js';

export interface PairsOptions {
  /** Channels of the first pair; each pair has twice those of the one before, at most eight times these. */
  readonly features: number;
  /** Pairs: each halves the size. */
  readonly depth: number;
  /** Side of the second convolution of each pair. */
  readonly kernel: 3 | 4;
  /** Whether convolutions before a batch norm have biases; default true. */
  readonly bias?: boolean;
  /** The names of the convolution and batch norm of a pair's half. */
  readonly names: (pair: number, half: 0 | 1) => { conv: string; norm: string };
}

/** Pairs of a 3x3 convolution and one of stride 2, all but the very first with batch norm. */
export function pairs({ features, depth, kernel, bias = true, names }: PairsOptions): Stage[] {
  return Array.from({ length: depth }, (_, pair): Stage[] => {
    const out = features * Math.min(2 ** pair, 8);
    const [first, second] = [names(pair, 0), names(pair, 1)];
    return [
      pair === 0 ? { conv: first.conv, out, kernel: 3 } : { ...first, out, kernel: 3, bias },
      { ...second, out, kernel, stride: 2, bias },
    ];
  }).flat();
}

/** The names of an `nn.Sequential` that holds convolution, LReLU, and then convolution, batch norm, LReLU again and again. */
export function sequential(prefix: string): PairsOptions['names'] {
  return (pair, half) => {
    const i = 2 * pair + half;
    return { conv: `${prefix}.${i === 0 ? 0 : 3 * i - 1}`, norm: `${prefix}.${3 * i}` };
  };
}

/** How many pairs leave at least 4 of so many pixels a side. */
export function depthFor(size: number): number {
  return Math.floor(Math.log2(size / 4));
}
