import { add, mul, type Tensor, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { torchDefault, zeros } from './initializers.js';
import { defineNetwork, type Layout, type ParameterSpecs } from './network.js';
import { fileShape, Parameters, runNetwork } from './parameters.js';
import type { WeightTensor } from './weights/types.js';

const specs: ParameterSpecs = {
  'body.0.weight': { shape: [1, 1, 2, 3], layout: 'conv', init: torchDefault },
  'body.0.bias': { shape: [3], layout: 'plain', init: torchDefault },
  'norm.running_mean': { shape: [3], layout: 'plain', init: zeros, trainable: false },
};

const weight = (shape: number[], data: number[]): WeightTensor => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(data),
});

const file = new Map([
  ['body.0.weight', weight([3, 2, 1, 1], [1, 2, 3, 4, 5, 6])],
  ['body.0.bias', weight([3], [7, 8, 9])],
  ['norm.running_mean', weight([3], [0, 1, 2])],
]);

describe('layouts', () => {
  // Written out by hand: value = 1000 d0 + 100 d1 + 10 d2 + d3 of the file's indices.
  const cases: [Layout, number[], number[], (h: number, w: number, c: number, d: number) => number][] = [
    ['conv', [2, 3, 4, 5], [5, 4, 2, 3], (h, w, c, d) => 1000 * d + 100 * c + 10 * h + w],
    ['conv-transpose', [2, 3, 4, 5], [5, 4, 2, 3], (h, w, c, d) => 1000 * d + 100 * c + 10 * h + w],
    ['depthwise', [2, 3, 4, 2], [8, 1, 2, 3], (h, w, c, d) => 1000 * (2 * c + d) + 10 * h + w],
  ];
  test.each(cases)('%s', async (layout, shape, expected, value) => {
    const spec = { shape, layout, init: zeros };
    expect(fileShape(spec)).toEqual(expected);
    const [n0, n1, n2, n3] = expected as [number, number, number, number];
    const data: number[] = [];
    for (let a = 0; a < n0; a++)
      for (let b = 0; b < n1; b++)
        for (let c = 0; c < n2; c++) for (let d = 0; d < n3; d++) data.push(1000 * a + 100 * b + 10 * c + d);
    const parameters = Parameters.fromWeights({ w: spec }, new Map([['w', weight(expected, data)]]));
    const values = await parameters.get('w').array();
    for (const [h, rows] of (values as number[][][][]).entries())
      for (const [w, columns] of rows.entries())
        for (const [c, row] of columns.entries())
          for (const [d, found] of row.entries()) expect(found).toBe(value(h, w, c, d));
    expect([...(await parameters.toWeights()).get('w')!.data]).toEqual(data);
    parameters.dispose();
  });

  test('linear', async () => {
    const spec = { shape: [2, 3], layout: 'linear' as const, init: zeros };
    const parameters = Parameters.fromWeights({ w: spec }, new Map([['w', weight([3, 2], [1, 2, 3, 4, 5, 6])]]));
    expect(await parameters.get('w').array()).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    parameters.dispose();
  });
});

describeOnBackends('Parameters', () => {
  test("the same seed gives the same values, another seed others, in PyTorch's bounds", async () => {
    const read = async (seed: number): Promise<number[]> => {
      using parameters = Parameters.create(specs, { seed });
      return [...(await parameters.get('body.0.weight').data()), ...(await parameters.get('body.0.bias').data())];
    };
    expect(await read(5)).toEqual(await read(5));
    expect(await read(5)).not.toEqual(await read(6));
    // fanIn = 2 for the weight and for the bias beside it.
    for (const value of await read(5)) expect(Math.abs(value)).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(2)));
  });

  test('come from a file and go back unchanged', async () => {
    await expectNoLeaks(async () => {
      using parameters = Parameters.fromWeights(specs, file);
      expect(await parameters.get('body.0.weight').array()).toEqual([
        [
          [
            [1, 3, 5],
            [2, 4, 6],
          ],
        ],
      ]);
      expect(await parameters.toWeights()).toEqual(file);
      expect(parameters.names()).toEqual(Object.keys(specs));
      expect([...parameters.trainable().keys()]).toEqual(['body.0.weight', 'body.0.bias']);
    });
  });

  test('a file of another network is refused by the first name that does not fit, without leaks', async () => {
    const missing = new Map([...file].filter(([name]) => name !== 'norm.running_mean'));
    const shape = new Map([...file, ['body.0.bias', weight([4], [1, 2, 3, 4])] as const]);
    const unexpected = new Map([...file, ['tail.weight', weight([1], [0])] as const]);
    await expectNoLeaks(() => {
      expect(() => Parameters.fromWeights(specs, missing)).toThrow('lack "norm.running_mean" [3]');
      expect(() => Parameters.fromWeights(specs, shape)).toThrow(
        '"body.0.bias": expected the shape [3], the weights hold [4]',
      );
      expect(() => Parameters.fromWeights(specs, unexpected)).toThrow('"tail.weight" [1]');
      Parameters.fromWeights(specs, unexpected, { allowUnexpected: true }).dispose();
    });
  });

  test('a clone is independent', async () => {
    await expectNoLeaks(async () => {
      using parameters = Parameters.fromWeights(specs, file);
      using copy = parameters.clone();
      const changed = tensor1d([0, 0, 0]);
      copy.get('body.0.bias').assign(changed);
      changed.dispose();
      await expectClose(parameters.get('body.0.bias'), [7, 8, 9]);
      await expectClose(copy.get('body.0.bias'), [0, 0, 0]);
    });
  });

  test('a network reads its parameters by scope and hands out new buffers', async () => {
    using parameters = Parameters.fromWeights(specs, file);
    const network = defineNetwork({
      name: 'test',
      scale: 1,
      parameters: specs,
      apply(x, p, context): Tensor4D {
        const { weight, bias } = p.scope('body')('0');
        expect(p('body.0').weight).toBe(weight);
        expect([p.has('body.0.bias'), p.has('body.1.bias'), p.scope('norm').has('running_mean')]).toEqual([
          true,
          false,
          true,
        ]);
        expect(() => p('body.1')).toThrow('no parameter "body.1.weight"');
        if (context.mode === 'training') context.update('norm.running_mean', mul(p.get('norm.running_mean'), 2));
        return add(x, bias as Tensor);
      },
    });
    const x = tensor4d([0, 0, 0], [1, 1, 1, 3]);
    await expectClose(runNetwork({ network, parameters }, x).output, [7, 8, 9]);
    const { updates } = runNetwork({ network, parameters }, x, { mode: 'training' });
    await expectClose(updates.get('norm.running_mean')!, [0, 2, 4]);
    await expectClose(parameters.get('norm.running_mean'), [0, 1, 2]);
    expect(() => parameters.get('nothing')).toThrow('There is no parameter "nothing"; there are body.0.weight');
  });
});
