import type { Tensor } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import golden from '../golden/ops.json' with { type: 'json' };
import { Random } from '../random.js';
import { checkGradients, gradientFunction, gradientsOf } from '../testing/check-gradients.js';
import { caseSeed, drawInputs, drawTensor, opCases } from '../testing/op-cases.js';

interface Golden {
  inputs: Record<string, { shape: number[]; low: number; high: number; levels?: number }>;
  shape: number[];
  output: number[];
  gradients: number[];
  secondGradients: number[];
}

const cases = golden.cases as Record<string, Golden>;

test('the oracle has the same cases', () => {
  const expected = opCases.filter(({ golden }) => golden).map(({ name, inputs }) => [name, inputs]);
  expect(Object.entries(cases).map(([name, { inputs }]) => [name, inputs])).toEqual(expected);
});

describeOnBackends('operations', () => {
  for (const item of opCases) {
    const names = Object.keys(item.inputs);
    const fn = (...tensors: Tensor[]): Tensor =>
      item.run(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));

    test(`${item.name}: gradients agree with central differences`, async () => {
      const inputs = Object.values(drawInputs(item.inputs, new Random(caseSeed)));
      await expectNoLeaks(() => checkGradients(fn, inputs, item.gradient));
      for (const x of inputs) x.dispose();
    });

    if (!item.golden) continue;
    test(`${item.name}: value and gradients equal the oracle's`, async () => {
      const { shape, output, gradients, secondGradients } = cases[item.name]!;
      const random = new Random(caseSeed);
      const inputs = Object.values(drawInputs(item.inputs, random));
      const y = fn(...inputs);
      expect(y.shape).toEqual(shape);
      await expectClose(y, output, golden);
      // Weights of the outputs, then of the gradients, as the oracle draws them.
      const cotangent = drawTensor({ shape, low: -1, high: 1 }, random);
      const all = gradientFunction(fn, inputs.length);
      const first = all(...inputs, cotangent);
      await expectClose(first, gradients, golden);
      const weights = drawTensor({ shape: first.shape, low: -1, high: 1 }, random);
      const second = gradientsOf(all, [...inputs, cotangent], weights).slice(0, inputs.length);
      const values = await Promise.all(second.map(async g => [...(await g.data())]));
      await expectClose(values.flat(), secondGradients, golden);
      for (const t of [...inputs, y, cotangent, first, weights, ...second]) t.dispose();
    });
  }
});
