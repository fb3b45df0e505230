/**
 * What networks are made of, on the backends of browsers: as sr-tensor computes it, as its parts, and the least that a kernel of
 * its own would have to do; in turns, in one Chromium: node gpu-operations.ts [BACKEND...]
 *
 * Where no GPU is, the CPU emulates one (SwiftShader): only ratios say something, and passes over memory cost less there,
 * beside arithmetic, than on a GPU.
 */
import { runPage } from '../test/chromium.js';
import type { PageResult } from './gpu-operations-page/page.js';
import { report } from './support/measure.js';

const asked = process.argv.slice(2);
for (const backend of asked.length > 0 ? asked : ['wasm', 'webgl', 'webgpu']) {
  const query = new URLSearchParams({ backend, side: '128', rounds: '5' });
  const { device, times } = await runPage<PageResult>('../benchmarks/gpu-operations-page', { query: `${query}` });
  console.log(`${backend}: ${device}, 128 x 128`);
  for (const [operation, ways] of Object.entries(times)) {
    console.log(`\n${operation}`);
    report(ways, Object.keys(ways)[0]!);
  }
}
