import { fill, memory, type Tensor4D, tensor1d, tensor3d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { fusedWith, nativeBackend } from './native-ops.js';

describeOnBackends(
  'nativeBackend',
  () => {
    test('runs an operation of TensorFlow with attributes of every kind', async () => {
      const native = nativeBackend()!;
      await expectClose(native.run('LeakyRelu', [tensor1d([-2, 3])], { alpha: { float: 0.25 } }), [-0.5, 3]);
      const x = fill([1, 2, 2, 1], 1);
      const pooled = native.run('AvgPool', [x], { ksize: [1, 2, 2, 1], strides: [1, 1, 1, 1], padding: 'VALID' });
      await expectClose(pooled, [1]);
      const cast = native.run('Cast', [tensor1d([1.7])], {
        SrcT: { dtype: 'float32' },
        DstT: { dtype: 'int32' },
        Truncate: false,
      });
      expect([cast.dtype, ...(await cast.data())]).toEqual(['int32', 1]);
    });

    test('tries oneDNN once, leaving nothing behind', async () => {
      const before = memory().numTensors;
      const native = nativeBackend()!;
      expect(native.hasOneDnn).toBe(native.hasOneDnn);
      expect(memory().numTensors).toBe(before);
      expect(nativeBackend()).toBe(native);
      // Every TensorFlow for x86 contains it.
      if (process.arch !== 'x64') return;
      expect(native.hasOneDnn).toBe(true);
      const [x, weight] = [fill([2, 3, 3, 1], 1), fill([3, 3, 1, 1], 2)] as [Tensor4D, Tensor4D];
      const y = native.runOneDnn('Conv2D', [x, weight], { strides: [1, 1, 1, 1], padding: 'VALID' });
      await expectClose(y, [18, 18]);
      expect(native.hasOneDnnProduct).toBe(true);
      const matrix = tensor3d([1, 2, 3, 4], [1, 2, 2]);
      const product = native.runOneDnn('BatchMatMulV2', [matrix, matrix], { adj_x: true, adj_y: false });
      await expectClose(product, [10, 14, 14, 20]);
    });

    test('calls the fused convolution with the addon that `sr native install` builds', async () => {
      const before = memory().numTensors;
      const native = nativeBackend()!;
      expect(native.hasFusedConv).toBe(true);
      expect(memory().numTensors).toBe(before);
      const [x, weight, bias] = [fill([2, 2, 2, 1], 1), fill([1, 1, 1, 1], -3), fill([1], 1)];
      const geometry = { strides: [1, 2, 2, 1], padding: 'VALID' };
      for (const run of [native.runOneDnn, native.run]) {
        const name = run === native.run ? '_FusedConv2D' : 'FusedConv2D';
        await expectClose(run(name, [x, weight, bias], { ...geometry, ...fusedWith('Relu') }), [0, 0]);
        await expectClose(run(name, [x, weight, bias], { ...geometry, ...fusedWith('LeakyRelu', 0.5) }), [-1, -1]);
      }
    });
  },
  { only: ['native'] },
);

describeOnBackends(
  'nativeBackend elsewhere',
  () => {
    test('is absent', () => {
      expect(nativeBackend()).toBeUndefined();
    });
  },
  { only: ['cpu', 'wasm'] },
);
