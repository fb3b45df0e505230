import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support.js';

/** What declares its tests once for each backend. */
const onBackends = /\b(describeOnBackends|test(Loss|Metric|NoReferenceMetric|Network))\(/;

/** What is there in Node only: files, servers, processes, native TensorFlow. */
const ofNode =
  /from '(node:(?!fs'|path'|crypto'|url')[a-z/_]+|\.\.?\/.*\b(node|load-network)\.js|[a-z-]+\/(weights\/)?(node|native)|onnxruntime-node)'|process\.env/;

/**
 * The test files that every backend must pass, on every platform: operations, optimizers, features, losses, metrics,
 * networks, tiles, styles. What trains for minutes stays in Node.
 */
export function conformanceTests(): string[] {
  const files = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => /^(?!sr-train)[^/]+\/src\/.*\.test\.ts$/.test(file) && !file.endsWith('.long.test.ts'))
    .map(file => `packages/${file}`)
    .filter(file => {
      const source = readFileSync(join(root, file), 'utf8');
      return onBackends.test(source) && !ofNode.test(source);
    });
}
