import {
  concat,
  grad,
  keep,
  logicalAnd,
  memory,
  mul,
  randomUniform,
  scalar,
  split,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tensor4d,
  tidy,
  topk,
  where,
} from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { prelu } from '../ops/activations.js';
import { conv2d } from '../ops/conv2d.js';
import { recordNative } from './record-native.js';

describeOnBackends(
  'recordNative',
  () => {
    /** Records it with the first input and replays it with the second; nothing may be left. */
    const expectReplay = (compute: (x: Tensor) => Tensor[], first: Tensor, second: Tensor): void => {
      let x = first;
      const pass = (): Tensor[] => tidy(() => compute(x)).map(y => keep(y));
      const free = (tensors: readonly Tensor[]): void => {
        for (const tensor of tensors) tensor.dispose();
      };
      const before = memory().numTensors;
      const { outputs, replay } = recordNative([first], pass);
      const replayed = replay!([second]);
      x = second;
      const expected = pass();
      x = first;
      const direct = pass();
      for (const [found, wanted] of [
        [replayed, expected],
        [outputs, direct],
      ] as const) {
        expect(found.map(({ dtype, shape }) => [dtype, shape])).toEqual(
          wanted.map(({ dtype, shape }) => [dtype, shape]),
        );
        for (const [i, y] of found.entries()) {
          const values = wanted[i]!.dataSync();
          // Operations that are joined may round differently.
          y.dataSync().forEach((value, k) => {
            expect(Math.abs(value - values[k]!)).toBeLessThanOrEqual(1e-6 * Math.abs(values[k]!));
          });
        }
      }
      for (const tensors of [outputs, replayed, expected, direct]) free(tensors);
      replay!.dispose();
      expect(memory().numTensors).toBe(before);
    };

    test('repeats a pass with a gradient', () => {
      const weight = randomUniform([3, 3, 2, 4], -1, 1, 'float32', 1) as Tensor4D;
      const bias = tensor1d([0.1, 0.2, -0.3, 0.4]);
      const images = (seed: number): Tensor4D => randomUniform([2, 5, 6, 2], 0, 1, 'float32', seed) as Tensor4D;
      const loss = (x: Tensor): Tensor =>
        sum(square(conv2d(x as Tensor4D, { weight, bias }, { padding: 1, activation: 'relu' })));
      expectReplay(x => [grad(loss)(x), loss(x)], images(2), images(3));
    });

    test('repeats lists of results, types that follow from inputs, and inputs that come out', () => {
      const compute = (x: Tensor): Tensor[] => {
        const parts = split(x as Tensor1D, [1, 2, 3]);
        const { values, indices } = topk(x as Tensor1D, 2);
        const positive = logicalAnd(x.greater(0), x.less(3));
        return [concat([parts[2]!, parts[0]!]), values, indices, positive, where(positive, x, mul(x, 2)), x.clone()];
      };
      expectReplay(compute, tensor1d([1, 2, 3, -4, 5, 6]), tensor1d([4, -3, 2, 1, 0, 7]));
    });

    test('repeats a PReLU with other slopes, which it reads elsewhere', () => {
      const compute = (slope: Tensor): Tensor[] => {
        const y = (x: Tensor): Tensor => square(prelu(x, slope as Tensor1D));
        return [grad(y)(tensor1d([-2, 0, 3])), y(tensor1d([-2, 0, 3]))];
      };
      expectReplay(compute, tensor1d([0.25]), tensor1d([0.5]));
    });

    test('leaves out what no output needs', () => {
      expectReplay(x => [mul(x, 2), square(x)].slice(0, 1), tensor1d([1, 2]), tensor1d([3, 4]));
    });

    test('has no replay of what reads, of what is made anew, and of numbers that are random', async () => {
      const x = tensor1d([1, 2]);
      const pass = (compute: () => Tensor) => recordNative([x], () => [tidy(() => keep(compute()))]);
      let count = 0;
      expect(pass(() => mul(x, x.dataSync()[1]!)).replay).toBeUndefined();
      expect(pass(() => mul(x, count++)).replay).toBeUndefined();
      expect(pass(() => mul(x, randomUniform([2]))).replay).toBeUndefined();
      const { outputs, replay } = pass(() => mul(x, scalar(3)));
      await expectClose(outputs[0]!, [3, 6]);
      await expectClose(replay!([tensor1d([5, 6])])[0]!, [15, 18]);
      replay!.dispose();
      expect(() => replay!([x])).toThrow(/sr_recording_\d+/);
    });

    test('is as before after an error', async () => {
      const x = tensor1d([1, 2]);
      const fail = (): Tensor[] => {
        throw new TypeError('no');
      };
      expect(() => recordNative([x], fail)).toThrow('no');
      await expectClose(square(x), [1, 4]);
      expect(recordNative([x], () => [square(x)]).replay).toBeDefined();
    });
  },
  { only: ['native'] },
);

describeOnBackends(
  'recordNative elsewhere',
  () => {
    test('computes once', async () => {
      let calls = 0;
      const x = tensor4d([1, 2, 3], [1, 1, 1, 3]);
      const { outputs, replay } = recordNative([x], () => {
        calls++;
        return [square(x)];
      });
      await expectClose(outputs[0]!, [1, 4, 9]);
      expect([calls, replay]).toEqual([1, undefined]);
    });
  },
  { only: ['cpu', 'wasm'] },
);
