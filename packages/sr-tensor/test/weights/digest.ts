import { createHash } from 'node:crypto';
import type { WeightFile } from '../../src/weights/types.js';

/** One hash of names, dtypes, shapes and values, as tools/oracles/weights.py makes it. */
export function digest({ tensors }: WeightFile): string {
  const hash = createHash('sha256');
  for (const [name, { dtype, shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name} ${dtype} [${shape.join(', ')}]\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
