import { expect, test } from 'vitest';
import { SrError, throwIfAborted } from './errors.js';

test('carries its code, message and cause', () => {
  const cause = new Error('disk');
  const error = new SrError({ code: 'weights/read', message: 'The file cannot be read.', cause });
  expect(error).toMatchObject({ code: 'weights/read', message: 'The file cannot be read.', cause });
  expect(String(error)).toBe('SrError [weights/read]: The file cannot be read.');
  expect('cause' in new SrError({ code: 'a', message: 'b' })).toBe(false);
});

test('isInstance recognises an error of another copy of the package, and nothing else', () => {
  const other = Object.assign(new Error('x'), { [Symbol.for('sr.error')]: true, code: 'a' });
  expect(SrError.isInstance(other)).toBe(true);
  expect(SrError.isInstance(new SrError({ code: 'a', message: 'b' }))).toBe(true);
  for (const value of [new Error('x'), { code: 'a' }, undefined, null, 'a'])
    expect(SrError.isInstance(value)).toBe(false);
});

test('throwIfAborted throws only once the signal is aborted, with its reason as cause', () => {
  const controller = new AbortController();
  throwIfAborted(undefined);
  throwIfAborted(controller.signal);
  const reason = new Error('stop');
  controller.abort(reason);
  expect(() => throwIfAborted(controller.signal)).toThrow(expect.objectContaining({ code: 'aborted', cause: reason }));
});
