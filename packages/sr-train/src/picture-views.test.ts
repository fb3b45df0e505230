import { type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { checkGradients, describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { lumaOf, patchesOf } from './picture-views.js';

describeOnBackends('Views of pictures', () => {
  test('luma is 16 for black, 235 for white, 81.481 for red', async () => {
    const images = tensor4d([0, 0, 0, 1, 1, 1, 1, 0, 0], [1, 1, 3, 3]);
    const luma = await lumaOf(images).data();
    [16, 235, 81.481].forEach((value, i) => {
      for (let channel = 0; channel < 3; channel++) expect(255 * luma[3 * i + channel]!).toBeCloseTo(value, 3);
    });
  });

  test('patches lie side by side, row by row, and what is left over is dropped', async () => {
    const [height, width] = [5, 4];
    const number = (image: number, y: number, x: number): number => 100 * image + 10 * y + x;
    const images = tensor4d(
      Float32Array.from({ length: 2 * height * width * 3 }, (_, i) => {
        const pixel = Math.floor(i / 3);
        return number(Math.floor(pixel / (height * width)), Math.floor(pixel / width) % height, pixel % width);
      }),
      [2, height, width, 3],
    );
    const patches = patchesOf(images, 2);
    expect(patches.shape).toEqual([8, 2, 2, 3]);
    const values = (await patches.array()) as number[][][][];
    for (const image of [0, 1]) {
      for (const [row, column] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        const patch = values[4 * image + 2 * row + column]!;
        for (const [y, x] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const) {
          expect(patch[y]![x]![0]).toBe(number(image, 2 * row + y, 2 * column + x));
        }
      }
    }
    expect(() => patchesOf(images, 6)).toThrow(expect.objectContaining({ code: 'tensor/shape' }));
  });

  test('gradients are those of finite differences', async () => {
    const random = new Random(1);
    const images = tensor4d(
      Float32Array.from({ length: 60 }, () => random.uniform()),
      [1, 5, 4, 3],
    );
    await checkGradients((x: Tensor) => lumaOf(x as Tensor4D), [images], { step: 0.5 });
    await checkGradients((x: Tensor) => patchesOf(x as Tensor4D, 2), [images], { step: 0.5 });
  });
});
