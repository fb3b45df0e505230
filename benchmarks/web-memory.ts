/**
 * Memory of a tab of the web app that enlarges a photo of 12 megapixels four times: node web-memory.ts [MEGAPIXELS]
 *
 * Memory of the page's process, its workers among it, from /proc (Linux): resident, and proportional, in which what is shared
 * with the browser's other processes (its program above all) counts by its share.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../test/support.js';
import { png, startWebApp } from '../test/web-page.js';

const megapixels = Number(process.argv[2] ?? 12);
const width = 4 * Math.round(Math.sqrt((megapixels * 1e6) / 12));
const height = 3 * (width / 4);

const app = await startWebApp();
try {
  await using opened = await app.open({ address: '?backend=wasm' });
  const { page } = opened;
  await page.getByRole('heading', { name: 'Make small pictures large' }).waitFor();
  const session = await page.context().browser()!.newBrowserCDPSession();
  /** The page's process: browsers keep an idle one as well. */
  const tab = async (): Promise<number> => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    return ids.reduce((most, id) => (memory(id).resident > memory(most).resident ? id : most));
  };
  console.log(`empty page\t${inWords(memory(await tab()))}`);

  const photo = await sharp(join(root, 'examples/photos/lake.png'))
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .jpeg({ quality: 95 })
    .toBuffer();
  await page.locator('.hero input[type=file]').setInputFiles([{ ...png('photo.jpg', photo), mimeType: 'image/jpeg' }]);
  await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
  const started = performance.now();
  const download = page.getByRole('button', { name: 'Download' });
  const peak = { resident: 0, proportional: 0 };
  let next = 0;
  while (!(await download.isVisible())) {
    const percent = Number.parseInt(await page.title(), 10) || 0;
    const now = memory(await tab());
    peak.resident = Math.max(peak.resident, now.resident);
    peak.proportional = Math.max(peak.proportional, now.proportional);
    if (percent >= next) {
      console.log(`${percent} %\t${inWords(now)}\t${seconds(started)} s`);
      next = percent + 10;
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  console.log(`${width} x ${height} to ${4 * width} x ${4 * height} in ${seconds(started)} s`);
  console.log(`peak\t${inWords(peak)}`);
} finally {
  await app.close();
}

interface Memory {
  readonly resident: number;
  readonly proportional: number;
}

/** Bytes. */
function memory(id: number): Memory {
  const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
  const bytes = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)![1]);
  return { resident: bytes('Rss'), proportional: bytes('Pss') };
}

function inWords({ resident, proportional }: Memory): string {
  return `${(resident / 1e6).toFixed(0)} MB, ${(proportional / 1e6).toFixed(0)} MB by share`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
