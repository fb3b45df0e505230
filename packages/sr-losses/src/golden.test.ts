import { dispose, type Tensor, type Tensor4D, tensor4d, valueAndGrad, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import golden from './golden/losses.json' with { type: 'json' };
import { charbonnier, type Loss, l1, l2, weighted } from './index.js';

const losses: Record<keyof typeof golden.losses, Loss> = {
  l1: l1(),
  'l1 sum': l1({ reduction: 'sum' }),
  l2: l2(),
  'l2 sum': l2({ reduction: 'sum' }),
  'charbonnier basicsr': charbonnier({ preset: 'basicsr' }),
  'charbonnier lapsrn': charbonnier({ preset: 'lapsrn' }),
  weighted: weighted({ absolute: [0.25, l1()], squared: [2, l2()] }),
};

describeOnBackends(`Losses equal ${golden.tool} ${golden.version}`, () => {
  test.each(Object.entries(losses))('%s', async (name, loss) => {
    const expected = golden.losses[name as keyof typeof golden.losses];
    const shape = golden.shape as [number, number, number, number];
    const [prediction, target] = [tensor4d(golden.prediction, shape), tensor4d(golden.target, shape)];
    const { value, grad } = valueAndGrad((x: Tensor) => loss(x as Tensor4D, target))(prediction);
    await expectClose(value, [expected.value], golden);
    await expectClose(grad, expected.gradient, golden);
    await expectNoLeaks(() => loss(prediction, target).dispose());
    dispose([prediction, target, value, grad]);
  });
});

test.each(Object.entries(losses))('%s says which shapes it received', (_, loss) => {
  const [prediction, target] = [zeros([1, 4, 4, 3]), zeros([1, 4, 5, 3])] as [Tensor4D, Tensor4D];
  const message = expect.stringContaining('[1, 4, 4, 3] and [1, 4, 5, 3]');
  expect(() => loss(prediction, target)).toThrow(expect.objectContaining({ code: 'tensor/shape', message }));
  dispose([prediction, target]);
});
