import { dispose, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Parameters, Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { type PretextTask, pretexts, pretextTask } from './pretext-task.js';

const features = { channels: 4, spacing: 6 };
const tasks = (['context', 'jigsaw'] as const).map(kind => pretextTask(pretexts[kind], features));

describe('pretextTask', () => {
  // methods 4.6: 2,051 wrong answers on a patch of 192 pixels, 9,747 on one of 400, two neighbours 6 cells away.
  test.each([
    [48, 2052],
    [100, 9748],
  ])('a guess among the features of a map of %d cells is right once in %d times', (side, answers) => {
    expect(tasks[0]!.chance({ height: side, width: side })).toBe(1 / answers);
    expect(tasks[1]!.chance({ height: side, width: side })).toBe(1 / 24);
  });

  test('says which maps are too small', () => {
    const ask = (task: PretextTask, side: number): unknown =>
      task.ask(new Random(1), { batch: 1, count: 1, height: side, width: side });
    expect(() => ask(tasks[0]!, 12)).toThrow(expect.objectContaining({ code: 'losses/place' }));
    expect(() => ask(tasks[1]!, 6)).toThrow(expect.objectContaining({ code: 'structure/size' }));
    for (const task of tasks) expect(() => ask(task, 13)).not.toThrow();
  });
});

describeOnBackends('Questions', () => {
  test('of a head that knows nothing have the loss of a guess', async () => {
    const maps = noise([2, 48, 48, 4]);
    for (const task of tasks) {
      await expectNoLeaks(async () => {
        const head = Parameters.create(task.head.parameters);
        for (const name of head.names()) {
          const zeros = head.get(name).mul(0);
          head.get(name).assign(zeros as never);
          zeros.dispose();
        }
        const loss = task.ask(new Random(1), { batch: 2, height: 48, width: 48, count: 3 }).loss(maps, head.scope());
        await expectClose(loss, [Math.log(1 / task.chance({ height: 48, width: 48 }))]);
        dispose([loss]);
        head.dispose();
      });
    }
    maps.dispose();
  });

  test('are the same for the same state of the random numbers, and go on', async () => {
    const maps = noise([1, 24, 26, 4]);
    for (const task of tasks) {
      const head = Parameters.create(task.head.parameters, { seed: 1 });
      const losses = async (random: Random, count: number): Promise<number[]> => {
        const values = [];
        for (let i = 0; i < count; i++) {
          const loss = task.ask(random, { batch: 1, height: 24, width: 26, count: 2 }).loss(maps, head.scope());
          values.push((await loss.data())[0]!);
          loss.dispose();
        }
        return values;
      };
      const random = new Random(3);
      const first = await losses(random, 3);
      expect(new Set(first).size).toBe(3);
      const later = await losses(new Random(random.state), 2);
      expect([...first, ...later]).toEqual(await losses(new Random(3), 5));
      head.dispose();
    }
    maps.dispose();
  });
});

function noise(shape: [number, number, number, number]): Tensor4D {
  const random = new Random(7);
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}
