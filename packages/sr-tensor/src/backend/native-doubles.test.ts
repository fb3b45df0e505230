import { backend, memory, reverse, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type NativeDoubles, withNativeDoubles } from './native-doubles.js';

describeOnBackends(
  'withNativeDoubles',
  () => {
    /** Tensors of tfjs and TensorFlow's own count, which holds handles too. */
    const expectAllFreed = (body: () => unknown): Promise<void> =>
      expectNoLeaks(() => {
        const { binding } = backend() as unknown as { binding: { getNumOfTensors(): number } };
        const before = binding.getNumOfTensors();
        body();
        expect(binding.getNumOfTensors()).toBe(before);
      });

    test('brings all 64 bits there and back', async () => {
      const values = [Math.PI, -1 / 3, 5e-324, Number.MAX_VALUE, -0, Number.NEGATIVE_INFINITY];
      await expectAllFreed(() => {
        expect(withNativeDoubles(doubles => [...doubles.read(doubles.constant(values))])).toEqual(values);
        expect(withNativeDoubles(doubles => doubles.constant(values, [2, 1, 3]).shape)).toEqual([2, 1, 3]);
      });
    });

    test('computes with the precision of JavaScript', async () => {
      const [a, b] = [
        [0.1, 1e10, -7],
        [0.2, 1e-10, 3],
      ] as const;
      await expectAllFreed(() => {
        const compute =
          (name: string) =>
          ({ run, constant, read }: NativeDoubles) => [...read(run(name, [constant(a), constant(b)]))];
        expect(withNativeDoubles(compute('AddV2'))).toEqual(a.map((x, i) => x + b[i]!));
        expect(withNativeDoubles(compute('RealDiv'))).toEqual(a.map((x, i) => x / b[i]!));
      });
    });

    test('takes tensors, integers and attributes', async () => {
      // Reaches TensorFlow with its first operation.
      const x = tidy(() => reverse(tensor2d([4, 3, 2, 0.1], [2, 2])));
      const wholes = tidy(() => reverse(tensor1d([2, 1], 'int32')));
      await expectAllFreed(() => {
        const found = withNativeDoubles(({ run, cast, read }) => {
          const product = run('MatMul', [cast(x), cast(run('Abs', [x]))], { transpose_b: true });
          const sums = run('Sum', [product, 0]);
          return [sums.shape, ...read(run('AddV2', [run('Reshape', [sums, [2]]), cast(wholes)]))];
        });
        const float = Math.fround(0.1);
        expect(found).toEqual([[2], float * float + 4 + (float * 3 + 8) + 1, float * 3 + 8 + 25 + 2]);
      });
      x.dispose();
      wholes.dispose();
    });

    test('frees early what a tidy does not return', async () => {
      const { binding } = backend() as unknown as { binding: { getNumOfTensors(): number } };
      await expectAllFreed(() =>
        withNativeDoubles(({ run, constant, read, tidy }) => {
          const before = binding.getNumOfTensors();
          const one = constant([1]);
          const [two, three] = tidy(() => {
            const inner = run('AddV2', [one, one]);
            return [inner, tidy(() => run('AddV2', [inner, run('Square', [one])]))] as const;
          });
          // `one` comes with its bits.
          expect(binding.getNumOfTensors() - before).toBe(4);
          expect([...read(two), ...read(three)]).toEqual([2, 3]);
        }),
      );
    });

    test('frees everything when something fails', async () => {
      await expectAllFreed(() => {
        expect(() =>
          withNativeDoubles(({ run, constant, tidy }) =>
            tidy(() => run('AddV2', [constant([1, 2]), constant([1, 2, 3])])),
          ),
        ).toThrow('Incompatible shapes');
        expect(() => withNativeDoubles(({ run, constant }) => run('NoSuchThing', [constant([1])]))).toThrow();
      });
    });
  },
  { only: ['native'] },
);

describeOnBackends(
  'withNativeDoubles elsewhere',
  () => {
    test('computes nothing', () => {
      const before = memory().numTensors;
      expect(withNativeDoubles(() => expect.unreachable())).toBeUndefined();
      expect(memory().numTensors).toBe(before);
    });
  },
  { only: ['cpu', 'wasm'] },
);
