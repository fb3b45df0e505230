import { tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { pixelShuffle, pixelUnshuffle } from './pixel-shuffle.js';

describeOnBackends('pixelShuffle', () => {
  test('takes channel c r^2 + i r + j for row i and column j of channel c', async () => {
    const x = tensor4d([0, 1, 2, 3, 10, 11, 12, 13], [1, 1, 1, 8]);
    await expectClose(pixelShuffle(x, 2), tensor4d([0, 10, 1, 11, 2, 12, 3, 13], [1, 2, 2, 2]));
  });

  test('is undone by pixelUnshuffle in both orders, and leaves no tensors', async () => {
    const x = tensor4d(
      Array.from({ length: 2 * 2 * 3 * 18 }, (_, i) => i),
      [2, 2, 3, 18],
    );
    for (const order of ['torch', 'tensorflow'] as const) {
      await expectNoLeaks(async () => {
        const large = pixelShuffle(x, 3, { order });
        const small = pixelUnshuffle(large, 3, { order });
        expect(large.shape).toEqual([2, 6, 9, 2]);
        await expectClose(small, x);
        large.dispose();
        small.dispose();
      });
    }
  });

  test('refuses sizes that cannot be divided', () => {
    const x = tensor4d(new Float32Array(12), [1, 2, 2, 3]);
    expect(() => pixelShuffle(x, 2)).toThrow('multiple of 4');
    expect(() => pixelUnshuffle(x, 3)).toThrow('multiples of 3');
  });
});
