/**
 * From opening the web app in a fresh profile to the first picture of 256 x 256, enlarged four times on wasm: nothing is cached,
 * the page is served by this machine. node web-opening.ts [TIMES]
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../test/support.js';
import { choose, png, startWebApp } from '../test/web-page.js';

const times = Number(process.argv[2] ?? 7);
const picture = png(
  'small.png',
  await sharp(join(root, 'examples/photos/lake.png')).resize(256, 256, { fit: 'cover' }).png().toBuffer(),
);
const app = await startWebApp();
try {
  const rounds: { shell: number; all: number; own: number }[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await using opened = await app.open({ address: '?backend=wasm' });
    const { page } = opened;
    await page.getByRole('heading', { name: 'Make small pictures large' }).waitFor();
    const shell = performance.now() - started;
    await choose(page, picture);
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByRole('button', { name: 'Download' }).waitFor();
    // The page's own clock leaves out the start of the profile.
    rounds.push({ shell, all: performance.now() - started, own: await page.evaluate(() => performance.now()) });
  }
  for (const [name, key] of [
    ['the page can be used', 'shell'],
    ['the picture can be downloaded', 'all'],
    ['of that since the page began to load', 'own'],
  ] as const) {
    const sorted = rounds.map(round => round[key]).sort((a, b) => a - b);
    const [best, median, worst] = [sorted[0]!, sorted[Math.floor(times / 2)]!, sorted.at(-1)!].map(inSeconds);
    console.log(`${name.padEnd(38)} ${median} s (best ${best}, worst ${worst})`);
  }
} finally {
  await app.close();
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
