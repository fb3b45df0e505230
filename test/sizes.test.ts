// What the entry points for browsers weigh in a page stays below the limits of .size-limit.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import limits from '../.size-limit.js';
import { packages, root, run } from './support.js';

/** Entry points that no page loads, and why. */
const elsewhere: [pattern: RegExp, reason: string][] = [
  [/\/node$|\/native$|batch-worker$|^sr-cli/, 'Node'],
  [/\/testing$/, 'tests'],
  [/^sr-weights\//, 'a card and the address of a file'],
];

describe('sizes', () => {
  it('have a limit each', () => {
    const entries = packages.flatMap(name => {
      const { exports = {} } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
      return Object.entries<string | { default: string }>(exports).flatMap(([key, target]) =>
        typeof target === 'string' || elsewhere.some(([pattern]) => pattern.test(name + key.slice(1)))
          ? []
          : [join('packages', name, target.default)],
      );
    });
    expect(entries.length).toBeGreaterThan(15);
    expect(new Set(limits.map(({ path }) => path))).toEqual(new Set(entries));
  });

  it('keep them', () => {
    // It ends with 1 where a limit is passed; the list says which.
    const checks: { name: string; size: number; passed: boolean }[] = JSON.parse(
      run('sh', ['-c', 'npx size-limit --json --silent || true']),
    );
    expect(checks).toHaveLength(limits.length);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    // The measure itself sees code: networks, losses and metrics are kilobytes.
    expect(Math.min(...checks.map(({ size }) => size))).toBeGreaterThan(1000);
  });
});
