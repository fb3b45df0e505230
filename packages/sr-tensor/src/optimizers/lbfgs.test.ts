import {
  add,
  dot,
  mul,
  neg,
  randomUniform,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  variable,
} from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { functions, variable1d } from '../golden/optimizers.js';
import golden from '../golden/optimizers.json' with { type: 'json' };
import { Random } from '../random.js';
import { type LbfgsOptions, lbfgs } from './lbfgs.js';

async function minimise(loss: (x: Tensor) => Scalar, start: number[], options: LbfgsOptions, steps = 1) {
  const x = variable1d(start);
  const optimizer = lbfgs(options);
  const values: number[] = [];
  const ends: number[][] = [];
  let stopped = '';
  for (let i = 0; i < steps; i++) {
    const step = await optimizer.step(new Map([['x', x]]), () => loss(x));
    values.push(...step.values);
    stopped = step.stopped;
    ends.push([...(await x.data())]);
  }
  x.dispose();
  optimizer.dispose();
  return { values, ends, stopped };
}

/** x'Ax / 2 - b'x with a condition number of 10, and where it is least. */
function convexQuadratic(n: number) {
  const random = new Random(5);
  const scale = Array.from({ length: n }, (_, i) => 10 ** (i / (n - 1)));
  // A reflection I - 2vv' turns the axes.
  const v = Array.from({ length: n }, () => random.normal());
  const length = Math.hypot(...v);
  const rows = scale.map((_, i) => scale.map((_, j) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / length ** 2));
  const minimum = Array.from({ length: n }, () => random.uniform(-1, 1));
  return {
    minimum,
    loss: (x: Tensor): Scalar =>
      mul(sum(mul(tensor1d(scale), square(dot(tensor2d(rows), sub(x as never, tensor1d(minimum)))))), 0.5),
  };
}

describeOnBackends('lbfgs', () => {
  for (const { function: name, options, start, steps, values, ends } of golden.lbfgs) {
    test(`follows torch.optim.LBFGS on ${name} ${JSON.stringify(options)}`, async () => {
      await expectNoLeaks(async () => {
        const found = await minimise(
          functions[name]!,
          start,
          {
            ...(options.lr !== undefined && { learningRate: options.lr }),
            ...(options.max_iter !== undefined && { maxIterations: options.max_iter }),
            ...(options.history_size !== undefined && { historySize: options.history_size }),
            ...(options.line_search_fn && { lineSearch: 'strong-wolfe' }),
          },
          steps,
        );
        // The oracle works in doubles: near a minimum float32 may need an evaluation more or less.
        const compared = values.filter(value => value > 1e-4 * values[0]!).length;
        await expectClose(found.values.slice(0, compared), values.slice(0, compared), { tolerance: 1e-3 });
        await expectClose(found.ends.at(-1)!, ends.at(-1)!, { tolerance: 1e-3 });
      });
    });
  }

  test('solves the Rosenbrock function', async () => {
    const { ends, stopped } = await minimise(functions.rosenbrock!, [-1.2, 1], {
      lineSearch: 'strong-wolfe',
      maxIterations: 100,
    });
    // The function is so flat along its valley that float32 fixes the minimum to about 1e-3 only.
    await expectClose(ends[0]!, [1, 1], { tolerance: 2e-3 });
    expect(['gradient', 'change', 'direction']).toContain(stopped);
  });

  test('solves a convex quadratic in n and a few iterations', async () => {
    const n = 12;
    const { loss, minimum } = convexQuadratic(n);
    const start = Array<number>(n).fill(0);
    const iterations = n + 8;
    const { values, ends } = await minimise(loss, start, { lineSearch: 'strong-wolfe', maxIterations: iterations });
    expect(Math.min(...values)).toBeLessThan(1e-8 * values[0]!);
    await expectClose(ends[0]!, minimum, { tolerance: 1e-4 });
  });

  for (const lineSearch of ['none', 'strong-wolfe'] as const) {
    test(`stays in the box and finds its best point (line search: ${lineSearch})`, async () => {
      // Minimum (1, ..., 1) of a separable function: the best point of [-2, 0.5]^8 is (0.5, ..., 0.5).
      const x = variable1d([-1, 0.5, 0.2, -2, 0, 0.4, -0.3, 0.1]);
      const optimizer = lbfgs({
        lineSearch,
        box: { min: -2, max: 0.5 },
        learningRate: lineSearch === 'none' ? 0.5 : 1,
      });
      for (let i = 0; i < 4; i++) {
        await optimizer.step(new Map([['x', x]]), () => functions.quadratic!(x));
        for (const value of await x.data()) {
          expect(value).toBeGreaterThanOrEqual(-2);
          expect(value).toBeLessThanOrEqual(0.5);
        }
      }
      await expectClose(x, Array<number>(8).fill(0.5));
      expect((await optimizer.step(new Map([['x', x]]), () => functions.quadratic!(x))).stopped).toBe('gradient');
      optimizer.dispose();
      x.dispose();
    });

    test(`with a box that never holds anything is the same to the last bit (line search: ${lineSearch})`, async () => {
      const options = { lineSearch, learningRate: 0.2, maxIterations: 15 };
      const free = await minimise(functions.rosenbrock!, [-1.2, 1], options, 2);
      const boxed = await minimise(functions.rosenbrock!, [-1.2, 1], { ...options, box: { min: -1e3, max: 1e3 } }, 2);
      expect(boxed).toEqual(free);
    });
  }

  test('goes on from its state exactly as if it had not stopped', async () => {
    const options = { learningRate: 0.2, maxIterations: 6, historySize: 3 };
    const x = variable1d([-1.2, 1]);
    const first = lbfgs(options);
    await first.step(new Map([['x', x]]), () => functions.rosenbrock!(x));
    const state = structuredClone(await first.state());
    const copy = variable1d(await x.data<'float32'>());
    const resumed = lbfgs({ ...options, learningRate: 7 });
    resumed.restore(state);
    expect(await resumed.state()).toEqual(state);
    const a = await first.step(new Map([['x', x]]), () => functions.rosenbrock!(x));
    const b = await resumed.step(new Map([['copy', copy]]), () => functions.rosenbrock!(copy));
    expect(b).toEqual(a);
    expect(await resumed.state()).toEqual(await first.state());
    expect(() => resumed.restore({ ...state, optimizer: 'adam' })).toThrow('received one of "adam"');
    const { 'pairs.0.s': _, ...incomplete } = state.tensors;
    expect(() => resumed.restore({ ...state, tensors: incomplete })).toThrow('expected a state of L-BFGS');
    for (const t of [first, resumed, x, copy]) t.dispose();
  });

  test('treats several parameters of any shape as one vector, and stops when asked to', async () => {
    await expectNoLeaks(async () => {
      const initial = randomUniform([2, 3], -1, 1, 'float32', 3);
      const a = variable(initial);
      initial.dispose();
      const b = variable1d([5]);
      const parameters = new Map([
        ['a', a],
        ['b', b],
      ]);
      const loss = (): Scalar => add(sum(square(sub(a, 2))), mul(sum(square(sub(b, 1))), 3));
      const optimizer = lbfgs({ lineSearch: 'strong-wolfe' });
      const { values } = await optimizer.step(parameters, loss);
      expect(values.at(-1)).toBeLessThan(1e-9);
      await expectClose(a, Array<number>(6).fill(2));
      await expectClose(b, [1]);

      const three = tensor1d([3]);
      b.assign(three);
      three.dispose();
      const controller = new AbortController();
      let evaluations = 0;
      const aborting = (): Scalar => {
        if (++evaluations === 1) controller.abort();
        return loss();
      };
      await expect(optimizer.step(parameters, aborting, { signal: controller.signal })).rejects.toMatchObject({
        code: 'aborted',
      });
      expect(evaluations).toBe(1);
      optimizer.dispose();
      a.dispose();
      b.dispose();
    });
  });

  test('does not step uphill', async () => {
    const x = variable1d([1, 1]);
    const optimizer = lbfgs();
    // A gradient of zero: there is no way down from here.
    const { stopped, iterations } = await optimizer.step(new Map([['x', x]]), () => sum(mul(neg(x), 0)));
    expect([stopped, iterations]).toEqual(['gradient', 0]);
  });
});
