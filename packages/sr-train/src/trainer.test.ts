import { add, dispose, mean, mul, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { l1, l2, weighted } from 'sr-losses';
import { constant, defineNetwork } from 'sr-tensor';
import { adam } from 'sr-tensor/optimizers';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { shiftsBy } from './jitter.js';
import { type StepLoss, Trainer, type TrainerOptions } from './trainer.js';

/** Adds a number; a buffer keeps the mean of what came in. */
const network = defineNetwork({
  name: 'shift',
  scale: 1,
  parameters: {
    shift: { shape: [1], layout: 'plain', init: constant(0) },
    seen: { shape: [], layout: 'plain', init: constant(0), trainable: false },
  },
  apply(x, p, { mode, update }): Tensor4D {
    if (mode === 'training') update('seen', mean(x));
    return add(x, mul(p.get('shift'), 1));
  },
});

const trainer = (options: Partial<TrainerOptions> = {}): Trainer =>
  new Trainer({ network, loss: l1(), optimizer: adam({ learningRate: 0.1 }), ...options });

describeOnBackends('Trainer', () => {
  test('steps along the gradient at the rate of the step, and commits buffers', async () => {
    await expectNoLeaks(async () => {
      const [input, target] = [tensor4d([0.2, 0.4, 0.6], [1, 1, 1, 3]), tensor4d([1, 1, 1], [1, 1, 1, 3])];
      const subject = trainer({ learningRate: step => 0.1 / (step + 1) });
      const before = subject.step({ input, target });
      await expectClose(before.loss!, [0.6]);
      // Adam's first steps have the length of the learning rate where the gradient keeps its sign: 0.1, then 0.05.
      await expectClose(subject.parameters.get('shift'), [0.1]);
      expect(subject.learningRate).toBeCloseTo(0.05);
      const after = subject.step({ input, target });
      await expectClose(after.loss!, [0.5]);
      await expectClose(subject.parameters.get('shift'), [0.15]);
      await expectClose(subject.parameters.get('seen'), [0.4]);
      expect(subject.iteration).toBe(2);
      dispose([input, target, before, after]);
      subject.dispose();
    });
  });

  test('reports the terms of a weighted loss', async () => {
    const [input, target] = [tensor4d([0, 0, 0], [1, 1, 1, 3]), tensor4d([1, 1, 1], [1, 1, 1, 3])];
    const subject = trainer({ loss: weighted({ near: [0.25, l1()], far: [2, l1()] }) });
    const terms = subject.step({ input, target });
    await expectClose(terms.near!, [0.25]);
    await expectClose(terms.far!, [2]);
    dispose([input, target, terms]);
    subject.dispose();
  });

  test('looks at all but a margin, which lies elsewhere in each step', async () => {
    const pixels = Array.from({ length: 9 }, (_, i) => [i, i, i]).flat();
    const [input, target] = [tensor4d(Array(27).fill(0), [1, 3, 3, 3]), tensor4d(pixels, [1, 3, 3, 3])];
    const shifts = shiftsBy(2);
    const loss: StepLoss = {
      terms: (outputs, sample) => ({
        target: mean(sample.target),
        masks: mean(sample.masks!),
        far: l1()(outputs.image, sample.target),
      }),
    };
    const subject = new Trainer({
      network,
      optimizer: adam({ learningRate: 0 }),
      plan: step => ({ loss, discriminators: [], shift: shifts[step] }),
      record: true,
    });
    // A margin of two leaves one pixel of three by three.
    for (const seen of [0, 4, 1, 3]) {
      const terms = subject.step({ input, target, masks: target });
      for (const term of Object.values(terms)) await expectClose(term, [seen]);
      dispose(terms);
    }
    dispose([input, target]);
    subject.dispose();
  });

  test('changes nothing in a step whose loss is not finite', async () => {
    const [input, target] = [tensor4d([0, 0, 0], [1, 1, 1, 3]), tensor4d([Number.NaN, 1, 1], [1, 1, 1, 3])];
    const subject = trainer({ loss: l2() });
    const before = await subject.state();
    await expectNoLeaks(() => dispose(subject.step({ input, target })));
    expect(await subject.state()).toEqual(before);
    dispose([input, target]);
    subject.dispose();
  });

  test('has no state once a parameter is not finite', async () => {
    const tensor = (value: number, shape: number[]) => ({ dtype: 'f32' as const, shape, data: Float32Array.of(value) });
    const subject = trainer({
      init: new Map([
        ['shift', tensor(Number.NaN, [1])],
        ['seen', tensor(0, [])],
      ]),
    });
    await expect(subject.state()).rejects.toMatchObject({
      code: 'train/not-finite',
      message: expect.stringContaining('"shift"'),
    });
    subject.dispose();
  });

  test('begins with given parameters', async () => {
    const tensor = (value: number, shape: number[]) => ({ dtype: 'f32' as const, shape, data: Float32Array.of(value) });
    const subject = trainer({
      init: new Map([
        ['shift', tensor(0.3, [1])],
        ['seen', tensor(0.5, [])],
      ]),
    });
    await expectClose(subject.parameters.get('shift'), [0.3]);
    subject.dispose();
  });
});
