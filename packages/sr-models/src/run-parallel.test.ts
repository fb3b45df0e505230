import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runParallel } from './run-parallel.js';

test('works on all items, never on more than the limit at a time', async () => {
  let now = 0;
  let most = 0;
  const seen: number[] = [];
  await runParallel([1, 2, 3, 4, 5], 2, async item => {
    most = Math.max(most, ++now);
    await setImmediate();
    seen.push(item);
    now--;
  });
  expect(seen.sort()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('after a failure begins nothing, waits for what was begun, and throws the first', async () => {
  const ended: number[] = [];
  const call = runParallel([1, 2, 3, 4], 2, async item => {
    if (item === 1) throw new Error('first');
    await setImmediate();
    ended.push(item);
    throw new Error('second');
  });
  await expect(call).rejects.toThrow('first');
  expect(ended).toEqual([2]);
});
