import { dispose, grad, mul, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { l1 } from './l1.js';
import { l2 } from './l2.js';
import { masked } from './masked.js';
import { testLoss } from './testing/index.js';

/** The left column and the rest, for the images of the suite. */
const columns = (): Tensor4D =>
  tensor4d(Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? [1, 0] : [0, 1])).flat(), [1, 4, 5, 2]);
testLoss((prediction, target) => masked(l2())(prediction, target, columns()), {
  name: 'masked l2',
  gradients: { order: 2 },
});

const values = (low: number): Float32Array => Float32Array.from({ length: 60 }, (_, i) => low + ((i * 7) % 13) / 20);

describeOnBackends('masked', () => {
  test('with regions that make up the picture is the loss itself, where black costs nothing', async () => {
    await expectNoLeaks(async () => {
      const [a, b, masks] = [
        tensor4d(values(0), [1, 4, 5, 3]),
        tensor4d(values(0.3).reverse(), [1, 4, 5, 3]),
        columns(),
      ];
      const [parts, whole] = [masked(l1())(a, b, masks), l1()(a, b)];
      await expectClose(parts, whole);
      dispose([a, b, masks, parts, whole]);
    });
  });

  test('with one mask of ones r times is r times the loss, in any order of the regions', async () => {
    const [a, b] = [tensor4d(values(0), [1, 4, 5, 3]), tensor4d(values(0.3).reverse(), [1, 4, 5, 3])];
    const [ones, masks] = [tensor4d(new Float32Array(140).fill(1), [1, 4, 5, 7]), columns()];
    const swapped = tensor4d(
      (await masks.data()).map(x => 1 - x),
      [1, 4, 5, 2],
    );
    const [seven, one] = [masked(l2())(a, b, ones), l2()(a, b)];
    const [ordered, other] = [masked(l2())(a, b, masks), masked(l2())(a, b, swapped)];
    const sevenfold = mul(one, 7);
    await expectClose(seven, sevenfold);
    await expectClose(other, ordered);
    dispose([a, b, ones, masks, swapped, seven, one, sevenfold, ordered, other]);
  });

  test('gives no gradient outside its mask', async () => {
    const [a, b] = [tensor4d(values(0), [1, 4, 5, 3]), tensor4d(values(0.3).reverse(), [1, 4, 5, 3])];
    const mask = tensor4d(
      Array.from({ length: 20 }, (_, i) => (i % 5 < 2 ? 1 : 0)),
      [1, 4, 5, 1],
    );
    const slopes = grad((x: Tensor) => masked(l2())(x as Tensor4D, b, mask))(a);
    const numbers = Array.from<number>(await slopes.data());
    expect(numbers.every((slope, i) => Math.floor(i / 3) % 5 < 2 || slope === 0)).toBe(true);
    expect(numbers.some(slope => slope !== 0)).toBe(true);
    dispose([a, b, mask, slopes]);
  });
});

test('says which masks it expects', () => {
  const image = tensor4d(values(0), [1, 4, 5, 3]);
  const mask = tensor4d(new Float32Array(16), [1, 4, 4, 1]);
  expect(() => masked(l2())(image, image, mask)).toThrow(
    expect.objectContaining({ code: 'tensor/shape', message: expect.stringContaining('[1, 4, 5, regions]') }),
  );
  dispose([image, mask]);
});
