import { grad, memory, type Tensor, type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { resize } from './resize.js';

describeOnBackends('resize', () => {
  test('gives the size of the tool', () => {
    const x = zeros([1, 7, 10, 1]) as Tensor4D;
    expect(resize(x, { scale: 0.3 }).shape).toEqual([1, 3, 3, 1]);
    expect(resize(x, { scale: 0.3, preset: 'torch' }).shape).toEqual([1, 2, 3, 1]);
    expect(resize(x, { height: 4, width: 5 }).shape).toEqual([1, 4, 5, 1]);
  });

  test('keeps a constant, also in its gradient, and leaves no tensors', async () => {
    const x = tensor4d(new Float32Array(2 * 30 * 20 * 3).fill(0.7), [2, 30, 20, 3]);
    for (const options of [
      { scale: 4 },
      { scale: 0.25 },
      { scale: 2, kernel: 'linear' },
      { height: 45, width: 11 },
    ] as const) {
      await expectNoLeaks(async () => {
        const y = resize(x, options);
        await expectClose(y, new Float32Array(y.size).fill(0.7));
        const gradient = grad((x: Tensor) => resize(x as Tensor4D, options))(x);
        // Every output passes its whole weight on.
        const total = ((await gradient.data()) as Float32Array).reduce((sum, g) => sum + g, 0);
        expect(Math.abs(total / y.size - 1)).toBeLessThan(1e-5);
        y.dispose();
        gradient.dispose();
      });
    }
  });

  test('keeps its weights as data, not as tensors', () => {
    const before = memory().numTensors;
    for (let n = 1; n < 40; n++) {
      const x = zeros([1, n, 3, 1]) as Tensor4D;
      resize(x, { height: n + 1, width: 5 }).dispose();
      x.dispose();
    }
    expect(memory().numTensors).toBe(before);
  });

  test('wants either a scale or both sizes', () => {
    const x = zeros([1, 3, 3, 1]) as Tensor4D;
    expect(() => resize(x, {})).toThrow('either scale or height and width');
    expect(() => resize(x, { scale: 2, height: 6, width: 6 })).toThrow('either scale or height and width');
    expect(() => resize(x, { height: 6 })).toThrow('either scale or height and width');
  });
});
