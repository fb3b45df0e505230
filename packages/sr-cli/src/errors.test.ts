import { CommanderError } from 'commander';
import { SrError } from 'sr-tensor';
import { expect, test } from 'vitest';
import { exitCodeOf, formatError, reportOf, UsageError } from './errors.js';

test.each([
  [new SrError({ code: 'picture/format', message: 'a\n  b' }), 'picture/format', 'a b', 1],
  [new SrError({ code: 'aborted', message: 'stopped' }), 'aborted', 'stopped', 130],
  [new UsageError('usage/output', 'which?'), 'usage/output', 'which?', 2],
  [
    new CommanderError(1, 'commander.unknownOption', "error: no '--x'\n(Did y?)"),
    'usage/unknown-option',
    "no '--x' (Did y?)",
    2,
  ],
  [Object.assign(new Error('no'), { code: 'ENOSPC', syscall: 'write' }), 'system/enospc', 'no', 1],
  [new TypeError('x is undefined'), 'internal', 'x is undefined (unexpected; SR_DEBUG=1 shows where)', 1],
  ['a text', 'internal', 'a text (unexpected; SR_DEBUG=1 shows where)', 1],
])('%s has a code, one line and an exit code', (error, code, message, exitCode) => {
  expect(reportOf(error)).toEqual({ code, message });
  expect(exitCodeOf(error)).toBe(exitCode);
  expect(formatError(error)).toContain(`[${code}]`);
});

test('help is no error', () => {
  const shown = new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
  expect(formatError(shown)).toBeUndefined();
  expect(exitCodeOf(shown)).toBe(0);
});
