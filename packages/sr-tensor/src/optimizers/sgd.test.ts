import { dispose, tensor1d, type Variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { variable1d } from '../golden/optimizers.js';
import { describeOnBackends, expectClose, expectNoLeaks } from '../testing/index.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';

// Held to torch.optim.SGD by tools/oracles/gan_training.py, in sr-train.
const step = (optimizer: Optimizer, x: Variable, values: number[]): void => {
  const gradient = tensor1d(values);
  optimizer.step(new Map([['x', x]]), { x: gradient });
  gradient.dispose();
};

describeOnBackends('sgd', () => {
  test('goes along the gradient, its velocity and the decay', async () => {
    await expectNoLeaks(async () => {
      const x = variable1d([1, -2]);
      const optimizer = sgd({ learningRate: 0.1, momentum: 0.5, weightDecay: 0.01 });
      step(optimizer, x, [1, 0]);
      // g = (1 + 0.01, -0.02); x - 0.1 g.
      await expectClose(x, [0.899, -1.998]);
      step(optimizer, x, [1, 0]);
      // v = 0.5 (1.01, -0.02) + (1.00899, -0.01998).
      await expectClose(x, [0.899 - 0.151399, -1.998 + 0.002998]);
      optimizer.reset();
      step(optimizer, x, [0, 1]);
      await expectClose(x, [0.747601 * 0.999, -1.995002 * 0.999 - 0.1]);
      dispose(x);
      optimizer.dispose();
    });
  });

  test('goes on from its state', async () => {
    await expectNoLeaks(async () => {
      const [a, b] = [variable1d([1, 2]), variable1d([1, 2])];
      const first = sgd({ learningRate: 0.1, momentum: 0.9 });
      step(first, a, [1, 1]);
      step(first, a, [3, 2]);
      const before = sgd({ learningRate: 0.1, momentum: 0.9 });
      step(before, b, [1, 1]);
      const second = sgd({ learningRate: 1, momentum: 0.9 });
      second.restore(await before.state());
      expect(second.learningRate).toBe(0.1);
      step(second, b, [3, 2]);
      expect(await b.data()).toEqual(await a.data());
      expect(await second.state()).toEqual(await first.state());
      expect(() => second.restore({ optimizer: 'adam', numbers: {}, tensors: {} })).toThrow(
        expect.objectContaining({ code: 'optimizer/state' }),
      );
      dispose([a, b]);
      for (const optimizer of [first, before, second]) optimizer.dispose();
    });
  });
});
