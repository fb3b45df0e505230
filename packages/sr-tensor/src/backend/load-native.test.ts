import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { whyUnusable } from './load-native.js';

const root = mkdtempSync(join(tmpdir(), 'sr-load-native-'));
afterAll(() => rmSync(root, { recursive: true }));

function put(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '{}');
}

const folder = join(root, 'node_modules/@tensorflow/tfjs-node');

test('a tfjs-node without its native part is named with what to do', () => {
  put('node_modules/@tensorflow/tfjs-node/package.json');
  expect(whyUnusable('@tensorflow/tfjs-node', folder)).toBe(
    '@tensorflow/tfjs-node is installed without its native part; `sr native install` builds it.',
  );
});

test('a tfjs-node with another copy of tfjs-core is not loaded', () => {
  put('node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
  put('node_modules/@tensorflow/tfjs/package.json');
  put('node_modules/@tensorflow/tfjs-core/package.json');
  const reason = whyUnusable('@tensorflow/tfjs-node', folder);
  expect(reason).toContain(`another copy of tfjs-core (${join(root, 'node_modules/@tensorflow/tfjs-core')})`);
  expect(reason).toContain('npm dedupe');
});
