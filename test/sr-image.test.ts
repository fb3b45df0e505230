// <sr-image> as pages without a bundler use it: one script of packages/sr-models/dist, in a real Chromium.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import type { SrImageElement } from 'sr-models/element';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, portOf, serve } from './chromium.js';
import { chromiumArguments, root, run, temporaryFolder } from './support.js';
import { largestDifference, photo, pixels } from './web-page.js';

const folder = temporaryFolder();
const screenshots = join(root, 'out', 'sr-image');
const standalone = readFileSync(join(root, 'packages/sr-models/dist/standalone.js'));

/** What an element told, and what it shows. */
interface Told {
  readonly progress: number[];
  readonly load: { width: number; height: number; inWorker: boolean; backend: string }[];
  readonly error: { code: string; message: string }[];
}

describe.skipIf(executablePath === undefined)('sr-image in Chromium', () => {
  let browser: Browser;
  let small: Buffer;
  let transparent: Buffer;
  const servers: Server[] = [];

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await chromium.launch({ executablePath: executablePath!, args: chromiumArguments });
    small = await photo(60, 44);
    transparent = await sharp(await photo(64, 48))
      .ensureAlpha()
      .composite([
        {
          input: Buffer.from('<svg width="64" height="48"><circle cx="32" cy="24" r="20" fill="#fff"/></svg>'),
          blend: 'dest-in',
        },
      ])
      .png()
      .toBuffer();
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
    folder[Symbol.dispose]();
  });

  async function host(files: Record<string, Uint8Array>, headers?: Record<string, string>): Promise<string> {
    const server = await serve(undefined, files, headers);
    servers.push(server);
    return `http://127.0.0.1:${portOf(server)}`;
  }

  /** A page that writes down what its elements tell. */
  async function open(address: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    page.setDefaultTimeout(60_000);
    await page.addInitScript(() => {
      const told: Told = { progress: [], load: [], error: [] };
      Object.assign(globalThis, { told });
      document.addEventListener('progress', (e: Event) => told.progress.push((e as CustomEvent).detail.percent), true);
      document.addEventListener(
        'load',
        e => {
          if (!(e instanceof CustomEvent)) return;
          const { width, height, inWorker, backend } = e.detail;
          told.load.push({ width, height, inWorker, backend: backend.backend });
        },
        true,
      );
      // Those of elements pass here as well as those of the page, which are a failure.
      addEventListener(
        'error',
        e => {
          if (e instanceof ErrorEvent) told.error.push({ code: e.error?.code, message: e.message });
        },
        true,
      );
    });
    await page.goto(address);
    return page;
  }

  /** A page with one element in it. */
  async function openWith(
    element: string,
    {
      head = '',
      script = 'standalone.js',
      files = {},
    }: { head?: string; script?: string; files?: Record<string, Buffer> } = {},
  ): Promise<Page> {
    const html = `<!doctype html><meta charset="utf-8">${head}<script type="module" src="${script}"></script><body>${element}</body>`;
    const address = await host({
      'index.html': Buffer.from(html),
      'standalone.js': standalone,
      'small.png': small,
      'transparent.png': transparent,
      ...files,
    });
    return open(`${address}/index.html`);
  }

  const told = (page: Page): Promise<Told> => page.evaluate(() => (globalThis as unknown as { told: Told }).told);

  async function until(page: Page, what: keyof Told): Promise<Told> {
    await page.waitForFunction(
      key => {
        const { told } = globalThis as unknown as { told: Told };
        return told[key].length > 0 || told.error.length > 0;
      },
      what,
      { polling: 20 },
    );
    const all = await told(page);
    if (what !== 'error') expect(all.error).toEqual([]);
    return all;
  }

  async function shown(page: Page): Promise<Buffer> {
    const url = await page.evaluate(() =>
      document.querySelector('sr-image')!.shadowRoot!.querySelector('canvas')!.toDataURL(),
    );
    return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  }

  async function enlargedInNode(picture: Buffer): Promise<Buffer> {
    const [input, output] = [join(folder.path, 'input.png'), join(folder.path, 'output.png')];
    writeFileSync(input, picture);
    run('node', [join(root, 'packages/sr-cli/dist/index.js'), 'upscale', input, '-o', output, '--backend', 'wasm']);
    return readFileSync(output);
  }

  it('the example: the original at once, then tile after tile what Node makes', async () => {
    const lake = readFileSync(join(root, 'examples/photos/lake.png'));
    const address = await host(
      {
        'examples/sr-image/index.html': readFileSync(join(root, 'examples/sr-image/index.html')),
        'examples/photos/lake.png': lake,
        'packages/sr-models/dist/standalone.js': standalone,
      },
      {},
    );
    const page = await open(`${address}/examples/sr-image/index.html`);
    const picture = page.getByRole('img', { name: 'A lake between hills' });
    await page.waitForFunction(() => document.querySelector('sr-image')!.getBoundingClientRect().width > 900);
    expect(await picture.count()).toBe(1);
    await page.screenshot({ path: join(screenshots, 'original.png') });
    await until(page, 'progress');
    await page.screenshot({ path: join(screenshots, 'first-tile.png') });
    const { load, progress } = await until(page, 'load');
    expect(load).toEqual([{ width: 1440, height: 960, inWorker: true, backend: 'wasm' }]);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toBe(100);
    await page.screenshot({ path: join(screenshots, 'enlarged.png') });
    const [there, here] = await Promise.all([pixels(await shown(page)), pixels(await enlargedInNode(lake))]);
    expect(there).toMatchObject({ width: 1440, height: 960 });
    expect(largestDifference(withoutAlpha(there), here.data)).toBeLessThanOrEqual(1);
    expect(await picture.count()).toBe(1);
    await page.close();
  });

  it.each([2, 3, 8])('scale %i', async scale => {
    const page = await openWith(`<sr-image src="small.png" scale="${scale}" alt=""></sr-image>`);
    await until(page, 'load');
    writeFileSync(join(folder.path, 'four.png'), await enlargedInNode(small));
    const expected = resizePicture(await readPicture(join(folder.path, 'four.png')), { scale: scale / 4 });
    const there = await pixels(await shown(page));
    expect(there).toMatchObject({ width: 60 * scale, height: 44 * scale });
    expect(largestDifference(withoutAlpha(there), Buffer.from(expected.data as Uint8Array))).toBeLessThanOrEqual(1);
    await page.close();
  });

  it('transparency: nothing of the original shines through', async () => {
    const page = await openWith(
      '<style>body { background: repeating-linear-gradient(45deg, #fff 0 10px, #aaa 0 20px) }</style><sr-image src="transparent.png"></sr-image>',
    );
    await until(page, 'load');
    await page.screenshot({ path: join(screenshots, 'transparent.png') });
    const [there, here] = await Promise.all([pixels(await shown(page)), pixels(await enlargedInNode(transparent))]);
    expect(there).toMatchObject({ width: 256, height: 192, channels: 4 });
    // A canvas keeps colours multiplied by alpha, in 8 bits: compared as they are seen.
    expect(largestDifference(multiplied(there.data), multiplied(here.data))).toBeLessThanOrEqual(2);
    const opacity = await page.evaluate(
      () => getComputedStyle(document.querySelector('sr-image')!.shadowRoot!.querySelector('img')!).opacity,
    );
    expect(opacity).toBe('0');
    await page.close();
  });

  it.each([
    ['a picture that is not there', 'src="none.png"', 'picture/damaged', 'none.png'],
    ['a file that is no picture', 'src="index.html"', 'picture/damaged', 'index.html'],
    ['another scale', 'src="small.png" scale="5"', 'option/invalid', '2, 3, 4, 8'],
    ['another model', 'src="small.png" model="x9"', 'option/invalid', 'x4-small'],
    ['a result that no canvas holds', 'src="wide.png" scale="8"', 'picture/too-large', '16000 x 8000'],
  ])('%s is a typed error', async (_, attributes, code, words) => {
    const wide = await sharp({ create: { width: 2000, height: 1000, channels: 3, background: '#468' } })
      .png()
      .toBuffer();
    const page = await openWith(`<sr-image alt="Something" ${attributes}></sr-image>`, { files: { 'wide.png': wide } });
    const { error, load } = await until(page, 'error');
    expect(error).toEqual([{ code, message: expect.stringContaining(words) }]);
    expect(load).toEqual([]);
    expect(await page.evaluate(() => document.querySelector('sr-image')!.matches(':state(failed)'))).toBe(true);
    expect(await page.getByRole('img', { name: 'Something' }).count()).toBe(1);
    await page.close();
  });

  it('a picture of another origin needs its permission', async () => {
    const [closed, open] = [
      await host({ 'small.png': small }),
      await host({ 'small.png': small }, { 'access-control-allow-origin': '*' }),
    ];
    const refused = await openWith(`<sr-image src="${closed}/small.png"></sr-image>`);
    expect((await until(refused, 'error')).error).toMatchObject([{ code: 'picture/unreadable' }]);
    await refused.close();
    const allowed = await openWith(`<sr-image src="${open}/small.png" crossorigin></sr-image>`);
    expect((await until(allowed, 'load')).load).toMatchObject([{ width: 240, height: 176 }]);
    await allowed.close();
  });

  it('another src stops the work on the first, and so does removal', async () => {
    const large = await sharp(small).resize(900, 660).png().toBuffer();
    const page = await openWith('<sr-image src="large.png"></sr-image>', { files: { 'large.png': large } });
    await until(page, 'progress');
    await page.evaluate(() => {
      document.querySelector('sr-image')!.src = 'small.png';
    });
    const { load } = await until(page, 'load');
    expect(load).toMatchObject([{ width: 240, height: 176 }]);

    const before = (await told(page)).progress.length;
    await page.evaluate(() => {
      document.querySelector('sr-image')!.src = 'large.png';
    });
    await page.waitForFunction(
      count => (globalThis as unknown as { told: Told }).told.progress.length > count,
      before,
      { polling: 20 },
    );
    const element = await page.evaluateHandle(() => {
      const element = document.querySelector('sr-image')! as SrImageElement;
      element.remove();
      return element;
    });
    const atRemoval = (await told(page)).progress.length;
    await page.waitForTimeout(3000);
    const after = await told(page);
    // Tiles that were begun, one a worker, end first.
    expect(after.progress.length).toBeLessThanOrEqual(atRemoval + 2);
    expect(after.load).toHaveLength(1);
    expect(after.error).toEqual([]);

    // Back in the page it begins anew.
    await page.evaluate(element => {
      element.src = 'small.png';
      document.body.append(element);
    }, element);
    await page.waitForFunction(() => (globalThis as unknown as { told: Told }).told.load.length === 2);
    await page.close();
  });

  it('moves without being computed again, and several take turns', async () => {
    const page = await openWith(
      '<main></main><sr-image src="small.png"></sr-image><sr-image src="small.png" scale="2"></sr-image>',
    );
    await page.waitForFunction(() => (globalThis as unknown as { told: Told }).told.load.length === 2);
    await page.evaluate(() => document.querySelector('main')!.append(document.querySelector('sr-image')!));
    await page.waitForTimeout(500);
    expect((await told(page)).load).toHaveLength(2);
    expect(await page.evaluate(() => document.querySelector('main sr-image')!.matches(':state(enlarged)'))).toBe(true);
    await page.close();
  });

  it('computes in the page where a policy forbids workers, and says so', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src data:; img-src 'self'; worker-src 'none'">`;
    const page = await openWith('<sr-image src="small.png"></sr-image>', { head: policy });
    const { load } = await until(page, 'load');
    expect(load).toEqual([{ width: 240, height: 176, inWorker: false, backend: 'wasm' }]);
    const [there, here] = await Promise.all([pixels(await shown(page)), pixels(await enlargedInNode(small))]);
    expect(largestDifference(withoutAlpha(there), here.data)).toBeLessThanOrEqual(1);
    await page.close();
  });

  it('its script may lie on another server, with workers all the same', async () => {
    const origin = await host({ 'standalone.js': standalone }, { 'access-control-allow-origin': '*' });
    const page = await openWith('<sr-image src="small.png"></sr-image>', { script: `${origin}/standalone.js` });
    expect((await until(page, 'load')).load).toMatchObject([{ inWorker: true }]);
    await page.close();
  });
});

function withoutAlpha({ data, channels }: { data: Buffer; channels: number }): Buffer {
  if (channels === 3) return data;
  return Buffer.from(data.filter((_, i) => i % 4 !== 3));
}

function multiplied(rgba: Buffer): Buffer {
  return rgba.map((value, i) => (i % 4 === 3 ? value : Math.round((value * rgba[i - (i % 4) + 3]!) / 255))) as Buffer;
}
