import { tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { twoAfcGolden } from './golden/two-afc.js';
import { lpips } from './lpips.js';
import { type TrainLpipsOptions, trainLpips } from './lpips-training.js';
import { scoreTwoAfc, type TwoAfcTriplet } from './two-afc.js';

const { training } = twoAfcGolden;

/** The triplets of the oracle; the tensors are the caller's. */
function goldenTriplets(): TwoAfcTriplet[] {
  const { triplets, side } = training;
  const random = new Random(23);
  const pictures = () =>
    Array.from({ length: triplets }, () =>
      tensor4d(
        Float32Array.from({ length: side * side * 3 }, () => random.uniform()),
        [1, side, side, 3],
      ),
    );
  const [references, p0, p1] = [pictures(), pictures(), pictures()];
  return references.map((reference, i) => ({ reference, p0: p0[i]!, p1: p1[i]!, judge: random.uniform() }));
}

function set(triplets: readonly TwoAfcTriplet[]): TrainLpipsOptions['triplets'] {
  return { length: triplets.length, read: async index => triplets[index]! };
}

function free(triplets: readonly TwoAfcTriplet[]): void {
  for (const { reference, p0, p1 } of triplets) {
    for (const images of [reference, p0, p1]) if ('dispose' in images) images.dispose();
  }
}

describeOnBackends('trainLpips', () => {
  test('does what the trainer of the package lpips does', async () => {
    const { seed, epochs, decayEpochs, learningRate } = training;
    await expectNoLeaks(async () => {
      const encoder = tinyEncoder();
      const triplets = goldenTriplets();
      const losses: number[] = [];
      const linear = await trainLpips({
        encoder,
        triplets: set(triplets),
        dropout: false,
        seed,
        epochs,
        decayEpochs,
        learningRate,
        onProgress: ({ loss }) => losses.push(loss),
      });
      await expectClose(losses, training.losses);
      for (const [i, weights] of training.linear.entries()) await expectClose(linear[i]!, weights, { tolerance: 1e-4 });
      free(triplets);
      encoder.dispose();
    });
  });
});

describeOnBackends(
  'trainLpips',
  () => {
    test('learns whose differences people see', async () => {
      const encoder = tinyEncoder();
      // Judges who see the second layer only.
      const judge = lpips({ encoder, layers: ['second'], linear: 'none' });
      const random = new Random(9);
      const draw = (base: number, amplitude: number) =>
        tensor4d(
          Float32Array.from({ length: 300 }, () => base + random.uniform(-amplitude, amplitude)),
          [1, 10, 10, 3],
        );
      const triplets: TwoAfcTriplet[] = [];
      for (let i = 0; i < 24; i++) {
        const reference = draw(0.5, 0.3);
        const [p0, p1] = [draw(0.5, random.uniform(0.1, 0.5)), draw(random.uniform(0.2, 0.8), 0.3)];
        const [[d0], [d1]] = [await judge(p0, reference), await judge(p1, reference)];
        triplets.push({ reference, p0, p1, judge: d1! < d0! ? 1 : 0 });
      }
      const losses: number[] = [];
      const options = { encoder, triplets: set(triplets), batchSize: 12, learningRate: 0.01, seed: 1 };
      const linear = await trainLpips({
        ...options,
        epochs: 20,
        decayEpochs: 10,
        onProgress: ({ loss }) => losses.push(loss),
      });
      expect(losses).toHaveLength(60);
      const [first, last] = [losses.slice(0, 8), losses.slice(-8)].map(part => part.reduce((sum, x) => sum + x) / 8);
      expect(last).toBeLessThan(0.7 * first!);
      expect(linear.flatMap(weights => [...weights]).every(weight => weight >= 0)).toBe(true);
      expect((await scoreTwoAfc(triplets, lpips({ encoder, linear }))).score).toBeGreaterThan(0.85);
      const again = await trainLpips({ ...options, epochs: 1, decayEpochs: 1 });
      expect(await trainLpips({ ...options, epochs: 1, decayEpochs: 1 })).toEqual(again);
      free(triplets);
      encoder.dispose();
    });
  },
  { only: ['native'] },
);

test('stops at its signal, and needs triplets', async () => {
  const encoder = tinyEncoder();
  const triplets = goldenTriplets();
  const signal = AbortSignal.abort();
  await expect(trainLpips({ encoder, triplets: set(triplets), signal })).rejects.toMatchObject({ code: 'aborted' });
  await expect(trainLpips({ encoder, triplets: set([]) })).rejects.toMatchObject({ code: 'metrics/pairs' });
  free(triplets);
  encoder.dispose();
});
