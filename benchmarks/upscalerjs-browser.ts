/**
 * x4-small beside models of UpscalerJS in one Chromium, on the same backend, of the same picture, in turns: node
 * upscalerjs-browser.ts [BACKEND...]
 *
 * In the page's own thread, in one piece, one thread of wasm; webgl is emulated by the CPU (SwiftShader), so that only its
 * ratios say something. Quality: benchmarks/upscalerjs.mjs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPage } from '../test/chromium.js';
import { root } from '../test/support.js';
import { report } from './support/measure.js';
import type { PageResult } from './upscalerjs-page/page.js';

/** The larger model takes minutes where a GPU is emulated. */
const contests = {
  wasm: { side: 128, rounds: 5, models: ['slim', 'medium'] },
  webgl: { side: 64, rounds: 3, models: ['slim'] },
};

const asked = process.argv.slice(2) as (keyof typeof contests)[];
for (const backend of asked.length > 0 ? asked : (['wasm', 'webgl'] as const)) {
  const { side, rounds, models } = contests[backend];
  const files = Object.fromEntries(models.flatMap(filesOf));
  const query = new URLSearchParams({ backend, side: `${side}`, rounds: `${rounds}`, models: models.join() });
  const { device, times } = await runPage<PageResult>('../benchmarks/upscalerjs-page', { query: `${query}`, files });
  console.log(`${device}, ${side} x ${side}`);
  report(times, 'x4-small');
}

/** What UpscalerJS would load from a network of servers. */
function filesOf(name: string): [name: string, bytes: Uint8Array][] {
  const folder = join(root, `node_modules/@upscalerjs/esrgan-${name}/models/x4`);
  return ['model.json', 'group1-shard1of1.bin'].map(file => [`${name}/${file}`, readFileSync(join(folder, file))]);
}
