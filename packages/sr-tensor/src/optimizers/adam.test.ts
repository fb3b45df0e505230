import { mul, type Scalar, type Tensor, tensor, type Variable, variable, variableGrads } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { functions, variable1d } from '../golden/optimizers.js';
import golden from '../golden/optimizers.json' with { type: 'json' };
import { adam } from './adam.js';
import type { Optimizer } from './optimizer.js';

async function gradientStep(optimizer: Optimizer, x: Variable, loss: (x: Tensor) => Scalar): Promise<number> {
  const { value, grads } = variableGrads(() => loss(x), [x]);
  optimizer.step(new Map([['x', x]]), { x: grads[x.name]! });
  const [result] = await value.data();
  for (const t of [value, ...Object.values(grads)]) t.dispose();
  return result!;
}

describeOnBackends('adam', () => {
  for (const { function: name, options, start, values, ends } of golden.adam) {
    test(`follows torch.optim.Adam on ${name} ${JSON.stringify(options)}`, async () => {
      await expectNoLeaks(async () => {
        const x = variable1d(start);
        const [beta1, beta2] = options.betas ?? [];
        using optimizer = adam({
          learningRate: options.lr,
          ...(options.betas && { beta1: beta1!, beta2: beta2! }),
          ...(options.eps !== undefined && { epsilon: options.eps }),
          ...(options.weight_decay !== undefined && { weightDecay: options.weight_decay }),
        });
        const seen: number[] = [];
        for (const _ of values) seen.push(await gradientStep(optimizer, x, functions[name]!));
        // Forty steps in float32, of values up to 24: about 1e-5 of the largest.
        await expectClose(seen, values, { tolerance: 1e-5 });
        await expectClose(x, ends.at(-1)!, { tolerance: 1e-5 });
        x.dispose();
      });
    });
  }

  test('goes on from its state exactly as if it had not stopped', async () => {
    const x = variable1d([-1.2, 1]);
    using optimizer = adam({ learningRate: 0.05 });
    for (let i = 0; i < 5; i++) await gradientStep(optimizer, x, functions.rosenbrock!);
    const state = structuredClone(await optimizer.state());
    const copy = variable1d(await x.data<'float32'>());

    using resumed = adam({ learningRate: 1 });
    resumed.restore(state);
    expect(resumed.learningRate).toBe(0.05);
    expect(await resumed.state()).toEqual(state);
    for (let i = 0; i < 5; i++) {
      optimizer.learningRate = resumed.learningRate = 0.05 / (i + 1);
      await gradientStep(optimizer, x, functions.rosenbrock!);
      await gradientStep(resumed, copy, functions.rosenbrock!);
    }
    expect([...(await copy.data())]).toEqual([...(await x.data())]);
    expect(await resumed.state()).toEqual(await optimizer.state());
  });

  test('counts the steps of each parameter and leaves alone what has no gradient', async () => {
    const [a, b] = [variable(tensor([1, 2])), variable(tensor([[3]]))];
    using optimizer = adam({ learningRate: 0.1 });
    const parameters = new Map([
      ['a', a],
      ['b', b],
    ]);
    optimizer.step(parameters, { a: tensor([1, -1]) });
    expect([...(await b.data())]).toEqual([3]);
    optimizer.step(parameters, { b: tensor([[5]]) });
    // The first step of Adam is the learning rate in the direction of the sign (section 2.1 of the paper).
    await expectClose(a, [0.9, 2.1]);
    await expectClose(b, [2.9]);
    expect((await optimizer.state()).numbers).toEqual({ learningRate: 0.1, 'steps.a': 1, 'steps.b': 1 });
  });

  test('does not change tensors that share the data of a variable', async () => {
    const x = variable(tensor([1, 2]));
    const before = x.clone();
    using optimizer = adam({ learningRate: 0.1 });
    optimizer.step(new Map([['x', x]]), { x: mul(x, 2) });
    expect([...(await before.data())]).toEqual([1, 2]);
  });

  test('refuses the state of another optimizer, or one without moments', async () => {
    using optimizer = adam({ learningRate: 0.1 });
    expect(() => optimizer.restore({ optimizer: 'lbfgs', numbers: {}, tensors: {} })).toThrow(
      'received one of "lbfgs"',
    );
    expect(() => optimizer.restore({ optimizer: 'adam', numbers: { 'steps.x': 1 }, tensors: {} })).toThrow(
      'without moments of "x"',
    );
  });
});
