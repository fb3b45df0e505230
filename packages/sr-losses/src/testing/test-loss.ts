/** The tests that every loss should pass, on every backend. */
import { grad, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectNoLeaks, type GradientCheckOptions } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import type { Loss } from '../loss.js';

export interface TestLossOptions {
  /** How the tests call it. Default: the name of the function, or `loss`. */
  readonly name?: string;
  /** What it gives for equal images `[2, height, width, 3]`. Default 0; a function where it depends on the count. */
  readonly atEquality?: number | ((elements: number) => number);
  /** Height and width of the images; networks inside a loss may need larger ones. Default 4 by 5. */
  readonly size?: readonly [height: number, width: number];
  /** Passed on to `checkGradients`; `order: 2` checks the gradients of the gradients as well. */
  readonly gradients?: GradientCheckOptions;
}

/**
 * Declares the conformance tests of a loss: a finite scalar, larger for a worse prediction, least where both images
 * agree; right gradients of both images by finite differences, finite where they agree; an error for shapes that do not
 * fit; inputs left as they are and no tensors left behind.
 *
 * @example
 * testLoss(charbonnier({ epsilon: 1e-2 }), { name: 'charbonnier', atEquality: 1e-2 });
 */
export function testLoss(
  loss: Loss,
  { name = loss.name || 'loss', atEquality = 0, size: [height, width] = [4, 5], gradients = {} }: TestLossOptions = {},
): void {
  const shape: [number, number, number, number] = [2, height, width, 3];
  const count = shape.reduce((product, n) => product * n, 1);

  describeOnBackends(name, () => {
    test('is a finite scalar that grows with the distance', async () => {
      const target = images(shape, 1, 0.3, 0.5);
      const [near, far] = [0.1, 0.4].map(distance => away(target, distance));
      const [small, large] = [await measure(loss, near!, target), await measure(loss, far!, target)];
      expect(Number.isFinite(small) && Number.isFinite(large)).toBe(true);
      expect(large).toBeGreaterThan(small);
      expect(await measure(loss, near!, target)).toBe(small);
      for (const tensor of [target, near!, far!]) tensor.dispose();
    });

    test('has its least value, and a finite gradient, where both images agree', async () => {
      const target = images(shape, 2);
      const expected = typeof atEquality === 'number' ? atEquality : atEquality(count);
      const value = await measure(loss, target, target);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-5 * Math.max(expected, 1e-2));
      const slopes = grad((x: Tensor) => loss(x as Tensor4D, target))(target);
      expect((await slopes.data()).every(Number.isFinite)).toBe(true);
      slopes.dispose();
      target.dispose();
    });

    test('has the gradients of its value, for both images', async () => {
      // Far from the kink of an absolute value, which finite differences must not cross.
      const target = images(shape, 3, 0.3, 0.5);
      const prediction = away(target, 0.2);
      await checkGradients((p, t) => loss(p as Tensor4D, t as Tensor4D), [prediction, target], gradients);
      prediction.dispose();
      target.dispose();
    });

    test('refuses images of different shapes', () => {
      const target = images(shape, 4);
      const other = images([2, height + 1, width, 3], 4);
      expect(() => loss(other, target)).toThrow();
      other.dispose();
      target.dispose();
    });

    test('leaves no tensors behind and its inputs alone', async () => {
      const target = images(shape, 5);
      const prediction = away(target, 0.1);
      const slope = grad((x: Tensor) => loss(x as Tensor4D, target));
      // What a loss keeps for good (weights, windows) is made by then.
      slope(prediction).dispose();
      await expectNoLeaks(() => {
        // What is computed on the way goes with the caller's tidy, as in training.
        tidy(() => loss(prediction, target)).dispose();
        slope(prediction).dispose();
      });
      expect(prediction.isDisposed || target.isDisposed).toBe(false);
      prediction.dispose();
      target.dispose();
    });
  });
}

async function measure(loss: Loss, prediction: Tensor4D, target: Tensor4D): Promise<number> {
  const value = tidy(() => loss(prediction, target));
  expect(value.shape).toEqual([]);
  const [number] = await value.data();
  value.dispose();
  return number!;
}

function images(shape: [number, number, number, number], seed: number, low = 0, high = 1): Tensor4D {
  const random = new Random(seed);
  return tensor4d(
    Float32Array.from({ length: size(shape) }, () => random.uniform(low, high)),
    shape,
  );
}

/** Images whose every value lies at about `distance` from the target's, above or below. */
function away(target: Tensor4D, distance: number): Tensor4D {
  const random = new Random(7);
  const values = Float32Array.from(target.dataSync(), value => {
    const sign = random.uniform() < 0.5 ? -1 : 1;
    return value + sign * distance * random.uniform(0.8, 1.2);
  });
  return tensor4d(values, target.shape);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
