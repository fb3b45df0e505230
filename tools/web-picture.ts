// The picture of the web app in the README: `npm run docs:web`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../test/support.js';
import { choose, png, startWebApp } from '../test/web-page.js';

const app = await startWebApp();
try {
  await using opened = await app.open({ viewport: { width: 1280, height: 800 } });
  const { page } = opened;
  await choose(page, png('lake.png', await readFile(join(root, 'examples/photos/lake.png'))));
  await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
  await page.getByRole('button', { name: 'Download' }).waitFor();
  await page.getByRole('button', { name: 'Zoom to 200 %' }).click();
  await page.waitForTimeout(500);
  const picture = await page.screenshot();
  await sharp(picture).webp({ quality: 88 }).toFile(join(root, 'docs/images/web-app.webp'));
} finally {
  await app.close();
}
