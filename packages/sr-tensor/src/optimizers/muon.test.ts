import {
  dispose,
  matMul,
  mul,
  reshape,
  type Scalar,
  square,
  sum,
  type Tensor,
  tensor,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { variableOf } from '../golden/optimizers.js';
import golden from '../golden/optimizers.json' with { type: 'json' };
import { describeOnBackends, expectClose, expectNoLeaks } from '../testing/index.js';
import { adam } from './adam.js';
import { muon } from './muon.js';
import type { Optimizer } from './optimizer.js';

// A matrix as a kernel of convolutions: [height, width, in, out] of height width in rows.
const shapes: Readonly<Record<string, number[]>> = { '12,4': [2, 2, 3, 4] };

/** The function that tools/oracles/optimizers.py calls product. */
function product(parameter: Tensor): Scalar {
  const columns = parameter.shape.at(-1)!;
  const rows = parameter.size / columns;
  const factor = Array.from({ length: rows ** 2 }, (_, i) => Math.sin(i ** 2));
  return mul(sum(square(matMul(tensor(factor, [rows, rows]), reshape(parameter, [rows, columns])))), 0.5);
}

/** One step of all parameters, each along the gradient of its own product. */
async function productsStep(optimizer: Optimizer, parameters: ReadonlyMap<string, Variable>): Promise<number[]> {
  const gradients: Record<string, Tensor> = {};
  const values: number[] = [];
  for (const [name, parameter] of parameters) {
    const { value, grads } = variableGrads(() => product(parameter), [parameter]);
    gradients[name] = grads[parameter.name]!;
    values.push(...(await value.data()));
    value.dispose();
  }
  optimizer.step(parameters, gradients);
  dispose(gradients);
  return values;
}

describeOnBackends('muon', () => {
  for (const { options, matrices } of golden.muon) {
    test(`follows torch.optim.Muon on ${matrices.map(({ size }) => size.join(' x '))} ${JSON.stringify(options)}`, async () => {
      await expectNoLeaks(async () => {
        const parameters = new Map(
          matrices.map(({ start, size }, i) => [`${i}`, variableOf(start.flat(), shapes[`${size}`] ?? size)]),
        );
        using optimizer = muon({
          learningRate: options.lr,
          ...(options.momentum !== undefined && { momentum: options.momentum }),
          ...(options.weight_decay !== undefined && { weightDecay: options.weight_decay }),
        });
        const seen: number[][] = [];
        for (const _ of matrices[0]!.values) seen.push(await productsStep(optimizer, parameters));
        for (const [i, { values, ends }] of matrices.entries()) {
          const ours = seen.map(losses => losses[i]!);
          await expectClose(ours, values, { tolerance: 1e-5 });
          await expectClose(parameters.get(`${i}`)!, ends.at(-1)!.flat(), { tolerance: 1e-4 });
        }
        dispose([...parameters.values()]);
      });
    });
  }

  test('leaves to Adam what is no matrix', async () => {
    await expectNoLeaks(async () => {
      // A bias, the slopes of PReLU as this project keeps them, and a number.
      const shapes: number[][] = [[3], [1, 1, 3], []];
      const [ours, theirs] = [1, 2].map(
        () =>
          new Map(
            shapes.map((shape, i) => [`${i}`, variableOf([1, -2, 3].slice(0, shape.length === 0 ? 1 : 3), shape)]),
          ),
      ) as [Map<string, Variable>, Map<string, Variable>];
      const constants = { learningRate: 0.01, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 };
      using mixed = muon(constants);
      using plain = adam(constants);
      for (let i = 0; i < 3; i++) {
        const gradients = Object.fromEntries(
          [...ours].map(([name, { shape, size }]) => [name, tensor([i, 2, -1].slice(0, size), shape)]),
        );
        mixed.step(ours, gradients);
        plain.step(theirs, gradients);
        dispose(gradients);
      }
      for (const [name, parameter] of ours) {
        expect(await parameter.data()).toEqual(await theirs.get(name)!.data());
        dispose([parameter, theirs.get(name)!]);
      }
    });
  });

  test('goes on from its state', async () => {
    await expectNoLeaks(async () => {
      const start = golden.muon[0]!.matrices[0]!.start.flat();
      const make = (): Map<string, Variable> =>
        new Map([
          ['kernel', variableOf(start, [6, 3])],
          ['bias', variableOf([1, 2], [2, 1])],
        ]);
      const [a, b] = [make(), make()];
      using first = muon({ learningRate: 0.1 });
      using before = muon({ learningRate: 0.1 });
      await productsStep(first, a);
      await productsStep(before, b);
      using second = muon({ learningRate: 1 });
      second.restore(structuredClone(await before.state()));
      expect(second.learningRate).toBe(0.1);
      expect(await second.state()).toEqual(await before.state());
      await productsStep(first, a);
      await productsStep(second, b);
      for (const [name, parameter] of a) expect(await parameter.data()).toEqual(await b.get(name)!.data());
      expect(await second.state()).toEqual(await first.state());
      expect(() => second.restore({ optimizer: 'adam', numbers: {}, tensors: {} })).toThrow(
        expect.objectContaining({ code: 'optimizer/state' }),
      );
      dispose([...a.values(), ...b.values()]);
    });
  });

  test('does not move a matrix without a gradient, nor one whose gradient is zero', async () => {
    await expectNoLeaks(async () => {
      const parameters = new Map(['still', 'zero'].map(name => [name, variableOf([1, 2, 3, 4], [2, 2])]));
      const gradients = { zero: tensor([0, 0, 0, 0], [2, 2]) };
      using optimizer = muon({ learningRate: 0.1 });
      optimizer.step(parameters, gradients);
      for (const parameter of parameters.values()) await expectClose(parameter, [1, 2, 3, 4], { tolerance: 0 });
      dispose([...parameters.values(), gradients.zero]);
    });
  });
});
