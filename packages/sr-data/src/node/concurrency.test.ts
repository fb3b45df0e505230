import { expect, test } from 'vitest';
import { limitConcurrency } from './concurrency.js';

test('never more at once than allowed, in order, failures included', async () => {
  const turn = limitConcurrency(3);
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      turn(async () => {
        started.push(i);
        most = Math.max(most, ++running);
        await new Promise(resolve => setTimeout(resolve, i % 4));
        running--;
        if (i % 5 === 0) throw new Error(String(i));
        return i;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(started).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});
