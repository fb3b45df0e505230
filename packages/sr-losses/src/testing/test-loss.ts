/** The tests that every loss should pass, on every backend. */
import {
  dispose,
  fill,
  grad,
  type Scalar,
  scalar,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import {
  checkGradients,
  describeOnBackends,
  expectNoLeaks,
  type GradientCheckOptions,
  gradientsOf,
} from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import type { Loss } from '../loss.js';

export interface TestLossOptions {
  /** How the tests call it. Default: the name of the function, or `loss`. */
  readonly name?: string;
  /** What it gives for equal images `[2, height, width, 3]`. Default 0; a function where it depends on the count. */
  readonly atEquality?: number | ((elements: number) => number);
  /** Height and width of the images; networks inside a loss may need larger ones. Default 4 by 5. */
  readonly size?: readonly [height: number, width: number];
  /**
   * - `'distance'` (default): least where both images agree, larger for a worse prediction
   * - `'prior'`: looks at the prediction alone; least where that is one colour
   * - `'score'`: an opinion, of a discriminator for instance; nothing is known of where it is least
   */
  readonly kind?: 'distance' | 'prior' | 'score';
  /** Whether the target may have another height and width than the prediction (Gram matrices, histograms). Default false. */
  readonly anySize?: boolean;
  /**
   * Whether the target is a constant to the loss (targets of a discriminator, matched histograms): the gradient of the
   * prediction alone is checked, that of the target must be 0. Default false.
   */
  readonly constantTarget?: boolean;
  /**
   * Passed on to `checkGradients`; `order: 2` checks the gradients of the gradients as well. `false`: no finite
   * differences, for losses that stop a gradient on purpose and test it elsewhere.
   */
  readonly gradients?: GradientCheckOptions | false;
  /**
   * Values of the prediction and the target for the finite differences, where the suite's own (which differ by about 0.2
   * everywhere) come too close to a kink of this loss.
   */
  readonly gradientsAt?: (shape: readonly number[]) => readonly [prediction: Float32Array, target: Float32Array];
}

/**
 * Declares the conformance tests of a loss: a finite scalar, larger for a worse prediction, least where both images
 * agree; right gradients of both images by finite differences, finite where they agree; an error for shapes that do not
 * fit; inputs left as they are and no tensors left behind. `kind` and `anySize` say what does not apply.
 *
 * @example
 * testLoss(charbonnier({ epsilon: 1e-2 }), { name: 'charbonnier', atEquality: 1e-2 });
 */
export function testLoss(
  loss: Loss,
  {
    name = loss.name || 'loss',
    atEquality = 0,
    size: [height, width] = [4, 5],
    kind = 'distance',
    anySize = false,
    constantTarget = false,
    gradients = {},
    gradientsAt,
  }: TestLossOptions = {},
): void {
  const shape: [number, number, number, number] = [2, height, width, 3];
  const count = shape.reduce((product, n) => product * n, 1);

  describeOnBackends(name, () => {
    test(kind === 'score' ? 'is a finite scalar' : 'is a finite scalar that grows with the distance', async () => {
      const target = kind === 'prior' ? constant(shape, 0.4) : images(shape, 1, 0.3, 0.5);
      const [near, far] = [await away(target, 0.1), await away(target, 0.4)];
      const [small, large] = [await measure(loss, near, target), await measure(loss, far, target)];
      expect(Number.isFinite(small) && Number.isFinite(large)).toBe(true);
      if (kind !== 'score') expect(large).toBeGreaterThan(small);
      expect(await measure(loss, near, target)).toBe(small);
      for (const tensor of [target, near, far]) tensor.dispose();
    });

    test(`has ${kind === 'score' ? '' : 'its least value and '}a finite gradient ${
      kind === 'prior' ? 'on one colour' : 'where both images agree'
    }`, async () => {
      const target = kind === 'prior' ? constant(shape, 0.4) : images(shape, 2);
      const expected = typeof atEquality === 'number' ? atEquality : atEquality(count);
      const value = await measure(loss, target, target);
      if (kind !== 'score') expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-5 * Math.max(expected, 1e-2));
      const slopes = grad((x: Tensor) => loss(x as Tensor4D, target))(target);
      expect((await slopes.data()).every(Number.isFinite)).toBe(true);
      slopes.dispose();
      target.dispose();
    });

    const which = constantTarget ? 'the prediction, none for the target' : 'both images';
    test.skipIf(gradients === false)(`has the gradients of its value for ${which}`, async () => {
      // Far from the kink of an absolute value, which finite differences must not cross.
      const inputs = gradientsAt?.(shape).map(values => tensor4d(values, shape));
      const target = inputs?.[1] ?? images(shape, 3, 0.3, 0.5);
      const prediction = inputs?.[0] ?? (await away(target, 0.2));
      const of = (...both: Tensor[]): Scalar => loss(both[0] as Tensor4D, (both[1] ?? target) as Tensor4D);
      await checkGradients(of, constantTarget ? [prediction] : [prediction, target], gradients || {});
      if (constantTarget) {
        const one = scalar(1);
        const slopes = gradientsOf(of, [prediction, target], one);
        expect((await slopes[1]!.data()).every(slope => slope === 0)).toBe(true);
        dispose([...slopes, one]);
      }
      prediction.dispose();
      target.dispose();
    });

    test('refuses images whose shapes do not fit', () => {
      const target = images(shape, 4);
      // A prior does not look at the target; greyscale never passes.
      const other = images(anySize || kind === 'prior' ? [2, height, width, 1] : [2, height + 1, width, 3], 4);
      expect(() => loss(other, target)).toThrow();
      other.dispose();
      target.dispose();
    });

    test('leaves no tensors behind and its inputs alone', async () => {
      const target = images(shape, 5);
      const prediction = await away(target, 0.1);
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

function constant(shape: [number, number, number, number], value: number): Tensor4D {
  return fill(shape, value);
}

/** Images whose every value lies at about `distance` from the target's, above or below. */
async function away(target: Tensor4D, distance: number): Promise<Tensor4D> {
  const random = new Random(7);
  const values = Float32Array.from(await target.data(), value => {
    const sign = random.uniform() < 0.5 ? -1 : 1;
    return value + sign * distance * random.uniform(0.8, 1.2);
  });
  return tensor4d(values, target.shape);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
