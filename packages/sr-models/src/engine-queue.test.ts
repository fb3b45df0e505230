import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { onEngine } from './engine-queue.js';

test('one after the other, whatever happens', async () => {
  const events: string[] = [];
  const work = (name: string, fail = false) =>
    onEngine(async () => {
      events.push(`${name} begins`);
      await setImmediate();
      events.push(`${name} ends`);
      if (fail) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
