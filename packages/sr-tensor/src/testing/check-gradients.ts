import '#gradients';
import { add, concat, engine, mul, reshape, type Tensor, tensor, tidy, zerosLike } from '@tensorflow/tfjs-core';
import { Random } from '../random.js';

export interface GradientCheckOptions {
  /**
   * Half the distance of the two points of a difference. Default 1e-2, near the cube root of float32's rounding error
   * (6e-8), where truncation and rounding are in balance. Linear operations have no truncation error: take 0.5.
   */
  step?: number;
  /** Largest difference, in units of the norm of the gradient. Default 1e-3, a few times the square of the step. */
  tolerance?: number;
  /** 2: checks the gradient's own gradient as well (double backward). Default 1. */
  order?: 1 | 2;
  /** Random directions that are tried. Default 4. */
  directions?: number;
  /**
   * Whether `fn` may have kinks (ReLU). A direction along which the slopes to both sides differ by more than the
   * tolerance crosses one within the step; the next direction is taken in its place. Default false.
   */
  kinks?: boolean;
  /** Of the directions and weights; another than that of the inputs, so that they are not the same numbers. */
  seed?: number;
}

/** How many directions are tried to find one that crosses no kink. */
const triesForEach = 8;

/** A function of tensors whose gradients are to be checked. */
export type DifferentiableFunction = (...inputs: Tensor[]) => Tensor;

/**
 * Compares the gradients of `fn` with central differences along random directions.
 *
 * For outputs weighted by a random v and a random direction d in the space of all inputs, the slope
 * (v . fn(x + h d) - v . fn(x - h d)) / 2h must equal d . gradient. The sums are taken in doubles.
 * With `order: 2` the gradient, as a function of the inputs and of v, is checked in the same way.
 *
 * @param fn a pure function; unless `kinks` is given its kinks must be further from the inputs than `step`
 * @param inputs float32 tensors, none of them disposed; keep them small so that single wrong elements show
 * @throws Error with both slopes, or if nearly all directions cross kinks
 * @example
 * await checkGradients(x => pixelShuffle(x as Tensor4D, 2), [x], { step: 0.5, order: 2 });
 */
export async function checkGradients(
  fn: DifferentiableFunction,
  inputs: readonly Tensor[],
  { step = 1e-2, tolerance = 1e-3, order = 1, directions = 4, kinks = false, seed = 20_011 }: GradientCheckOptions = {},
): Promise<void> {
  const random = new Random(seed);
  const probe = tidy(() => fn(...inputs));
  const cotangent = randomLike(probe, random);
  probe.dispose();
  const gradients = gradientsOf(fn, inputs, cotangent);
  try {
    const weights = await cotangent.data();
    const slopes = await Promise.all(gradients.map(g => g.data()));
    const norm = Math.sqrt(slopes.reduce((sum, g) => sum + dot(g, g), 0));
    const allowed = tolerance * Math.max(norm, 1e-3);
    const here = kinks ? await valueAt(fn, inputs, [], 0, weights) : 0;
    let [checked, tried] = [0, 0];
    while (checked < directions) {
      if (++tried > directions * triesForEach) {
        throw new Error(`expected ${directions} directions without a kink within the step ${step}, found ${checked}.`);
      }
      const direction = inputs.map(x => randomLike(x, random));
      const analytic = (await Promise.all(direction.map(async (d, k) => dot(await d.data(), slopes[k]!)))).reduce(
        (sum, value) => sum + value,
        0,
      );
      const ahead = await valueAt(fn, inputs, direction, step, weights);
      const behind = await valueAt(fn, inputs, direction, -step, weights);
      for (const d of direction) d.dispose();
      if (kinks && Math.abs(ahead - 2 * here + behind) / step > allowed) continue;
      const numeric = (ahead - behind) / (2 * step);
      if (!(Math.abs(analytic - numeric) <= allowed)) {
        throw new Error(
          `expected the slope ${numeric} (central difference, step ${step}) within ${allowed}, received ${analytic} (gradient) along direction ${tried}.`,
        );
      }
      checked++;
    }
    if (order === 2) {
      await checkGradients(gradientFunction(fn, inputs.length), [...inputs, cotangent], {
        step,
        tolerance,
        directions,
        kinks,
        seed: seed + 1,
      });
    }
  } finally {
    for (const g of gradients) g.dispose();
    cotangent.dispose();
  }
}

/** The gradients of v . fn(x) for each input; zeros where fn does not depend on it. */
export function gradientsOf(fn: DifferentiableFunction, inputs: readonly Tensor[], cotangent: Tensor): Tensor[] {
  return tidy(() => {
    const { grads } = engine().gradients(() => fn(...inputs), [...inputs], cotangent, true);
    return inputs.map((x, i) => (grads[i] as Tensor | undefined) ?? zerosLike(x));
  });
}

/** All gradients of `fn` in one vector, as a function of its inputs and of the weights v of its outputs. */
export function gradientFunction(fn: DifferentiableFunction, count: number): DifferentiableFunction {
  return (...inputs) => concat(gradientsOf(fn, inputs.slice(0, count), inputs[count]!).map(g => reshape(g, [g.size])));
}

async function valueAt(
  fn: DifferentiableFunction,
  inputs: readonly Tensor[],
  direction: readonly Tensor[],
  distance: number,
  weights: ArrayLike<number>,
): Promise<number> {
  const y = tidy(() => fn(...(distance === 0 ? inputs : inputs.map((x, i) => add(x, mul(direction[i]!, distance))))));
  const value = dot(await y.data(), weights);
  y.dispose();
  return value;
}

function randomLike(x: Tensor, random: Random): Tensor {
  return tensor(
    Float32Array.from({ length: x.size }, () => random.uniform(-1, 1)),
    x.shape,
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
