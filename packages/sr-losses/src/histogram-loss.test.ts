import { dispose, reverse, type Tensor4D, tensor4d, tile } from '@tensorflow/tfjs-core';
import { type Encoder, Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type HistogramLossPreset, histogramLoss } from './histogram-loss.js';
import { testLoss } from './testing/index.js';

/** The pictures themselves as the only feature map. */
const pixels: Encoder<'pixels'> = Object.assign((images: Tensor4D) => ({ pixels: images }), {
  encoderName: 'pixels',
  layers: ['pixels'] as const,
  geometry: () => ({ channels: 3, stride: 1, receptiveField: 1 }),
  dispose: () => {},
});

/** All values differ by far more than a step, and so do prediction and target, so that no two values change places. */
function distinct(shape: readonly number[]): [Float32Array, Float32Array] {
  const count = shape.reduce((product, n) => product * n, 1);
  const shuffled = (seed: number, low: number): Float32Array =>
    Float32Array.from(new Random(seed).permutation(count), rank => low + rank / 8);
  return [shuffled(1, 0), shuffled(2, 0.4)];
}

for (const preset of ['paper', 'mean'] as const) {
  testLoss(histogramLoss({ encoder: pixels, layers: ['pixels'], preset }), {
    name: `histogramLoss of pixels, ${preset}`,
    anySize: true,
    constantTarget: true,
    gradients: { order: 2 },
    gradientsAt: distinct,
  });
}

describeOnBackends('histogramLoss', () => {
  test('does not see where pixels lie, nor how often all of them occur', async () => {
    await expectNoLeaks(async () => {
      const random = new Random(1);
      const image = tensor4d(
        Float32Array.from({ length: 60 }, () => random.uniform()),
        [1, 4, 5, 3],
      );
      const turned = reverse(image, [1, 2]);
      const loss = histogramLoss({ encoder: pixels, layers: ['pixels'] });
      const value = loss(image, turned);
      await expectClose(value, [0], { tolerance: 1e-12 });
      dispose([image, turned, value]);
    });
  });

  test('moves the k-th value to the k-th of the target, and interpolates between other counts', async () => {
    const image = tensor4d(
      [3, 1, 2].flatMap(v => [v, 0, 0]),
      [1, 1, 3, 3],
    );
    const same = tensor4d(
      [30, 10, 26].flatMap(v => [v, 0, 0]),
      [1, 1, 3, 3],
    );
    const half = tensor4d(
      [10, 40, 20, 50, 30, 60].flatMap(v => [v, 0, 0]),
      [1, 2, 3, 3],
    );
    const loss = histogramLoss({ encoder: pixels, layers: ['pixels'] });
    const [a, b] = [loss(image, same), loss(image, half)];
    await expectClose(a, [(3 - 30) ** 2 + (1 - 10) ** 2 + (2 - 26) ** 2]);
    // The middles of three thirds of six values: 15, 35, 55.
    await expectClose(b, [(1 - 15) ** 2 + (2 - 35) ** 2 + (3 - 55) ** 2]);
    dispose([image, same, half, a, b]);
  });

  test('of a prepared target, one for the whole batch, is the same', async () => {
    await expectNoLeaks(async () => {
      const [values] = distinct([2, 4, 5, 3]);
      const batch = tensor4d(values, [2, 4, 5, 3]);
      const style = tensor4d(values.slice(0, 36).reverse(), [1, 3, 4, 3]);
      const styles = tile(style, [2, 1, 1, 1]);
      const loss = histogramLoss({ encoder: pixels, layers: { pixels: 2 } });
      const prepared = loss.prepare(style);
      const [whole, once] = [loss(batch, styles), prepared(batch)];
      await expectClose(once, whole);
      prepared.dispose();
      dispose([batch, style, styles, whole, once]);
    });
  });
});

test('looks at the layers of its preset, or at those it is told', async () => {
  const asked: string[][] = [];
  const vgg: Encoder = Object.assign(
    (images: Tensor4D, { layers }: { layers: readonly string[] }) => {
      asked.push([...layers]);
      return Object.fromEntries(layers.map(layer => [layer, images]));
    },
    { encoderName: 'vgg', layers: [], geometry: pixels.geometry, dispose: () => {} },
  );
  const [image, other] = [tensor4d([1, 0, 0], [1, 1, 1, 3]), tensor4d([0, 0, 0], [1, 1, 1, 3])];
  const values: number[] = [];
  for (const loss of [
    histogramLoss({ encoder: vgg }),
    histogramLoss({ encoder: vgg, preset: 'code' }),
    histogramLoss({ encoder: vgg, preset: 'code', layers: ['relu1_1'] }),
  ]) {
    const value = loss(image, other);
    values.push((await value.data())[0]!);
    value.dispose();
  }
  expect(asked.filter((_, i) => i % 2 === 0)).toEqual([
    ['relu1_1', 'relu4_1'],
    ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'],
    ['relu1_1'],
  ]);
  // A squared difference of 1 in a third of the values; the weights of the author's code.
  expect(values[0]).toBeCloseTo(2, 5);
  expect(values[1]! / ((2e9 + 5e8 + 1e8 + 3.5e7 + 3.5e7) / 3)).toBeCloseTo(1, 5);
  expect(values[2]).toBeCloseTo(1 / 3, 5);
  dispose([image, other]);
});

test('names the presets there are', () => {
  expect(() => histogramLoss({ encoder: pixels, preset: 'risser' as HistogramLossPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('paper or mean or code') }),
  );
});
