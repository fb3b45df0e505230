import { type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import golden from '../golden/pool.json' with { type: 'json' };
import { Random } from '../random.js';
import { averagePool2d, maxPool2d, type Pool2dOptions, pooledSize } from './pool2d.js';

interface Case extends Pool2dOptions {
  kind: 'max' | 'average';
  shape: number[];
  levels: number;
  outputShape: number[];
  output: number[];
  gradient: number[];
}

const cases = golden.cases as Case[];

/** The numbers of tools/oracles/pool.py: multiples of 1/levels, so that some are equal. */
function draw(shape: readonly number[], levels: number, seed: number): Tensor4D {
  const random = new Random(seed);
  const values = Array.from(
    { length: shape.reduce((product, n) => product * n, 1) },
    () => random.int(levels) / levels,
  );
  return tensor4d(values, shape as [number, number, number, number]);
}

describeOnBackends('pooling', () => {
  for (const [i, { kind, shape, levels, outputShape, output, gradient, ...options }] of cases.entries()) {
    const pool = kind === 'max' ? maxPool2d : averagePool2d;
    const name = `${kind} ${JSON.stringify(options)} of ${shape.join(' x ')}`;

    test(`${name} equals PyTorch, ties included`, async () => {
      const x = draw(shape, levels, 1 + i);
      const cotangent = draw(outputShape, 1024, 101 + i);
      await expectNoLeaks(async () => {
        const y = pool(x, options);
        expect(y.shape).toEqual(outputShape);
        await expectClose(y, output, { tolerance: golden.tolerance });
        const [dx] = gradientsOf(images => pool(images as Tensor4D, options), [x], cotangent) as [Tensor];
        await expectClose(dx, gradient, { tolerance: golden.tolerance });
        y.dispose();
        dx.dispose();
      });
    });

    test(`${name} has right gradients of both orders`, async () => {
      // All different, and further apart than the step.
      const count = shape.reduce((product, n) => product * n, 1);
      const values = new Random(i).permutation(count).map(n => n / 16);
      const x = tensor4d(values, shape as [number, number, number, number]);
      await expectNoLeaks(() =>
        checkGradients(images => pool(images as Tensor4D, options), [x], {
          step: 1 / 64,
          tolerance: 1e-3,
          order: 2,
          directions: 2,
        }),
      );
    });
  }
});

describe('pooling', () => {
  test('counts windows as PyTorch and Caffe do', () => {
    expect(pooledSize(7, { window: 2 })).toBe(3);
    expect(pooledSize(7, { window: 2, ceil: true })).toBe(4);
    expect(pooledSize(6, { window: 3, stride: 2, ceil: true })).toBe(3);
    // The third window would begin in the trailing padding.
    expect(pooledSize(3, { window: 2, stride: 2, padding: 1, ceil: true })).toBe(2);
    expect(pooledSize(2, { window: 3 })).toBe(0);
  });

  test('refuses what cannot be', () => {
    const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    expect(() => maxPool2d(x, { window: 3 })).toThrow('maxPool2d: expected sides of at least 3 pixels');
    expect(() => maxPool2d(x, { window: 2, padding: 2 })).toThrow('a padding of at most half the window');
    expect(() => averagePool2d(x, { window: 0 })).toThrow('averagePool2d: expected a window');
  });
});
