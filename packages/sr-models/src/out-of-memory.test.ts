import { SrError } from 'sr-tensor';
import { expect, test } from 'vitest';
import { isOutOfMemory } from './out-of-memory.js';

test('knows the words of V8', () => {
  const failure = caught(() => new ArrayBuffer(2 ** 52));
  expect(isOutOfMemory(failure)).toBe(true);
  const length = caught(() => new Uint8Array(2 ** 40));
  expect(isOutOfMemory(length)).toBe(true);
});

test('knows the words of backends, also as a cause', () => {
  expect(isOutOfMemory(new Error('OOM when allocating tensor with shape[1,9,9,3] and type float'))).toBe(true);
  expect(isOutOfMemory(new WebAssembly.RuntimeError('memory access out of bounds'))).toBe(true);
  const cause = new RangeError('Array buffer allocation failed');
  expect(isOutOfMemory(new SrError({ code: 'worker/failed', message: 'The worker failed.', cause }))).toBe(true);
  expect(isOutOfMemory(new SrError({ code: 'out-of-memory', message: 'No room.' }))).toBe(true);
});

test('leaves other errors alone', () => {
  for (const error of [new Error('there is ROOM left'), 'out of memory', undefined, new TypeError('x is undefined')]) {
    expect(isOutOfMemory(error)).toBe(false);
  }
  expect(isOutOfMemory(new SrError({ code: 'aborted', message: 'Out of memory was not the reason.' }))).toBe(false);
});

function caught(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
