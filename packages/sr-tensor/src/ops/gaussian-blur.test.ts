import { type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { gaussianBlur, gaussianKernel } from './gaussian-blur.js';

// The centre of SSIM's window, fspecial('gaussian', 11, 1.5).
test('the kernel is that of fspecial', () => {
  const kernel = gaussianKernel({ sigma: 1.5, size: 11 });
  expect(kernel[5]! ** 2).toBeCloseTo(0.0707622, 7);
  expect(kernel).toHaveLength(11);
  expect(gaussianKernel({ sigma: 1 })).toHaveLength(9);
});

describeOnBackends('gaussianBlur', () => {
  test('keeps a constant unless zeros are added', async () => {
    const x = tensor4d(new Float32Array(2 * 12 * 7).fill(0.4), [1, 12, 7, 2]);
    for (const paddingMode of ['replicate', 'symmetric', 'reflect'] as const) {
      await expectNoLeaks(async () => {
        const y = gaussianBlur(x, { sigma: 2, paddingMode });
        await expectClose(y, x);
        y.dispose();
      });
    }
    const [corner] = await gaussianBlur(x, { sigma: 2, size: 5, paddingMode: 'zero' }).data();
    const inside = gaussianKernel({ sigma: 2, size: 5 })
      .slice(2)
      .reduce((sum, weight) => sum + weight, 0);
    expect(corner).toBeCloseTo(0.4 * inside ** 2, 6);
  });

  test('refuses kernels that are none', () => {
    const x = zeros([1, 3, 3, 1]) as Tensor4D;
    expect(() => gaussianBlur(x, { sigma: 0 })).toThrow('sigma > 0');
    expect(() => gaussianBlur(x, { sigma: 1, size: 4 })).toThrow('odd size');
  });
});
