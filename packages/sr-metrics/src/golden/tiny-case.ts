import { dispose, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { type Encoder, Random } from 'sr-tensor';
import { tinyEncoder } from 'sr-tensor/testing';
import { afterAll, beforeAll } from 'vitest';

export type Pair = [prediction: Tensor4D, target: Tensor4D];

/** The two pictures of a tiny golden case, as the oracles draw them. */
export function drawPair({ height, width }: { height: number; width: number }, seed: number): Pair {
  const random = new Random(seed);
  const draw = (): Tensor4D =>
    tensor4d(
      Float32Array.from({ length: height * width * 3 }, () => random.uniform()),
      [1, height, width, 3],
    );
  return [draw(), draw()];
}

interface TinyCase {
  readonly encoder: Encoder<'first' | 'second'>;
  readonly pair: Pair;
}

/**
 * The tiny encoder and a pair for the tests of a block, on the backend that the block is for.
 *
 * @returns gives them, within a test
 */
export function tinyCase(drawn: () => Pair): () => TinyCase {
  let made: TinyCase;
  beforeAll(() => {
    made = { encoder: tinyEncoder(), pair: drawn() };
  });
  afterAll(() => {
    made.encoder.dispose();
    dispose(made.pair);
  });
  return () => made;
}
