import { dispose, mul, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { collectFeatures, frechetDistance } from './frechet-distance.js';
import { featureSets, frechet } from './golden/distributions.js';
import { noise } from './testing/test-pictures.js';

/** Whose features are the numbers it is given: `[batch, 1, 1, size]`. */
function identity(size: number): Encoder<'all'> {
  const encode = (images: Tensor4D) => ({ all: mul(images, 1) as Tensor4D });
  return Object.assign(encode, {
    encoderName: 'identity',
    layers: ['all'] as const,
    geometry: () => ({ channels: size, stride: 1, receptiveField: 1 }),
    dispose: () => {},
  });
}

describeOnBackends('frechetDistance', () => {
  test.each(frechet)('of $size features of $count pictures equals SciPy', async golden => {
    const encoder = identity(golden.size);
    await expectNoLeaks(async () => {
      const statistics = [];
      for (const features of featureSets(golden)) {
        const collector = collectFeatures({ encoder, layer: 'all' });
        // In two batches of different sizes.
        for (const part of [features.slice(0, 7), features.slice(7)]) {
          const batch = tensor4d(part.flat(), [part.length, 1, 1, golden.size]);
          await collector.add(batch);
          dispose([batch]);
        }
        statistics.push(collector.statistics());
      }
      const [a, b] = statistics as [(typeof statistics)[0], (typeof statistics)[0]];
      // float32 features.
      expect(Math.abs(frechetDistance(a, b) / golden.distance - 1)).toBeLessThan(1e-5);
      expect(frechetDistance(a, a)).toBeLessThan(1e-9);
    });
  });
});

describe('frechetDistance', () => {
  test('takes pictures, and fewer of them than channels', async () => {
    const collector = collectFeatures({ encoder: identity(3), layer: 'all' });
    await collector.add([noise(4, 4, 3, 1), noise(5, 6, 1, 2)]);
    await collector.add(noise(3, 3, 3, 3));
    const { count, mean } = collector.statistics();
    expect([count, mean.length]).toEqual([3, 3]);
    expect(frechetDistance(collector.statistics(), collector.statistics())).toBeLessThan(1e-9);
  });

  test('refuses one picture, and statistics of different layers', async () => {
    const collector = collectFeatures({ encoder: identity(3), layer: 'all' });
    await collector.add(noise(4, 4, 3, 1));
    expect(() => collector.statistics()).toThrow('at least two pictures');
    const of = (size: number) => ({ count: 9, mean: new Float64Array(size), covariance: new Float64Array(size ** 2) });
    expect(() => frechetDistance(of(2), of(3))).toThrow('received 2 and 3');
  });
});
