/**
 * x4-small beside models of UpscalerJS in one Chromium, on the same backend, of the same picture, in turns: node
 * upscalerjs-browser.ts [BACKEND...]
 *
 * In the page's own thread, in one piece, one thread of wasm; webgl is emulated by the CPU (SwiftShader), so that only its
 * ratios say something. Quality: docs/zoo.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPage } from '../test/chromium.js';
import { root } from '../test/support.js';
import { report } from './support/measure.js';
import type { PageResult } from './upscalerjs-page/page.js';

interface Contest {
  readonly backend: 'wasm' | 'webgl';
  readonly side: number;
  readonly rounds: number;
  readonly models: readonly string[];
}

/** The larger models take minutes where a GPU is emulated. */
const contests: readonly Contest[] = [
  { backend: 'wasm', side: 128, rounds: 5, models: ['slim', 'medium'] },
  { backend: 'wasm', side: 128, rounds: 2, models: ['thick'] },
  { backend: 'webgl', side: 64, rounds: 3, models: ['slim'] },
];

const asked = process.argv.slice(2);
for (const { backend, side, rounds, models } of contests) {
  if (asked.length > 0 && !asked.includes(backend)) continue;
  const files = Object.fromEntries(models.flatMap(filesOf));
  const query = new URLSearchParams({ backend, side: `${side}`, rounds: `${rounds}`, models: models.join() });
  const { device, times } = await runPage<PageResult>('../benchmarks/upscalerjs-page', { query: `${query}`, files });
  console.log(`${device}, ${side} x ${side}`);
  report(times, 'x4-small');
}

/** What UpscalerJS would load from a network of servers. */
function filesOf(name: string): [name: string, bytes: Uint8Array][] {
  const folder = join(root, `node_modules/@upscalerjs/esrgan-${name}/models/x4`);
  return readdirSync(folder).map(file => [`${name}/${file}`, readFileSync(join(folder, file))]);
}
