import { grad, mul, sum, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { pad } from './padding.js';

const row = (...values: number[]): Tensor4D => tensor4d(values, [1, 1, values.length, 1]);

describeOnBackends('pad', () => {
  test('continues a, b, c, d as each mode says', async () => {
    const margins = { top: 0, bottom: 0, left: 2, right: 1 };
    await expectClose(pad(row(1, 2, 3, 4), margins), [0, 0, 1, 2, 3, 4, 0]);
    await expectClose(pad(row(1, 2, 3, 4), margins, { mode: 'reflect' }), [3, 2, 1, 2, 3, 4, 3]);
    await expectClose(pad(row(1, 2, 3, 4), margins, { mode: 'replicate' }), [1, 1, 1, 2, 3, 4, 4]);
  });

  // [1, 2, 3] becomes [3, 2, 1, 2, 3, 2]; tfjs's own gradient is [30, 40, 50].
  test('adds the gradient of what was reflected', async () => {
    const margins = { top: 0, bottom: 0, left: 2, right: 1 };
    const weights = row(10, 20, 30, 40, 50, 60);
    const gradient = grad((x: Tensor) => sum(mul(pad(x as Tensor4D, margins, { mode: 'reflect' }), weights)));
    await expectClose(gradient(row(1, 2, 3)), [30, 120, 60]);
  });

  test('leaves no tensors', async () => {
    const x = row(1, 2, 3);
    await expectNoLeaks(() => {
      for (const mode of ['zero', 'replicate'] as const) pad(x, 1, { mode }).dispose();
      pad(x, 0, { mode: 'reflect' }).dispose();
    });
  });

  test('refuses to reflect more than there is', () => {
    const x = tensor4d(new Float32Array(9), [1, 3, 3, 1]);
    expect(() => pad(x, 3, { mode: 'reflect' })).toThrow('below the sides 3 x 3');
    expect(() => pad(x, -1)).toThrow('integers >= 0');
    expect(() => pad(x, 0.5)).toThrow('integers >= 0');
  });
});
