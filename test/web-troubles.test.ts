// What can go wrong in the web app: each time a sentence with a way out, never a spinner for ever.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath } from './chromium.js';
import { type ChosenFile, choose, downloaded, photo, png, screenshot, startWebApp, type WebApp } from './web-page.js';

let app: WebApp;

describe.skipIf(executablePath === undefined)('the web app says what is wrong', () => {
  beforeAll(async () => {
    app = await startWebApp();
  });
  afterAll(() => app?.close());

  it('with files that are no pictures, or more than that', async () => {
    await using opened = await app.open();
    const { page } = opened;
    const expected: [ChosenFile, RegExp][] = [
      [
        { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear Sir or Madam') },
        /letter\.txt is no picture that this browser knows\. Take a PNG/,
      ],
      [
        { name: 'phone.heic', mimeType: 'image/heic', buffer: heicHeader() },
        /phone\.heic is a HEIC photo.*save it as a JPEG first/,
      ],
      [png('broken.png', (await photo(64, 64)).subarray(0, 80)), /broken\.png is damaged: it begins as a PNG/],
      [png('wide.png', await blank(70_000, 2)), /wide\.png has 70000 x 2 pixels.*“sr upscale”/],
      [{ name: 'film.mp4', mimeType: 'video/mp4', buffer: mp4Header() }, /film\.mp4 is a video\. Stylise takes videos/],
    ];
    for (const [file, message] of expected) {
      await choose(page, file);
      await page.getByRole('alert').filter({ hasText: message }).waitFor();
    }
    expect(await page.locator('.hero').isVisible()).toBe(true);
    await screenshot(page, 'trouble-files');
  });

  it('of what is lost of an animation and of print colours', async () => {
    await using opened = await app.open();
    const { page } = opened;
    await choose(page, { name: 'moving.gif', mimeType: 'image/gif', buffer: await animatedGif() });
    await page.getByText('moving.gif is animated: only its first picture is taken.').waitFor();
    const cmyk = await sharp(await photo(32, 32))
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    await choose(page, { name: 'print.jpg', mimeType: 'image/jpeg', buffer: cmyk });
    await page.getByText(/print\.jpg has print colours \(CMYK\)/).waitFor();
    await page.getByRole('button', { name: 'Enlarge 2 pictures' }).click();
    await page.getByRole('button', { name: 'All as a ZIP' }).waitFor();
    await screenshot(page, 'trouble-caveats');
  });

  it('not of a single pixel, nor of 60,000 side by side', async () => {
    await using opened = await app.open();
    const { page } = opened;
    await choose(page, png('dot.png', await blank(1, 1)), png('line.png', await blank(60_000, 2)));
    await page.getByRole('button', { name: 'Enlarge 2 pictures' }).click();
    await page.getByRole('button', { name: 'All as a ZIP' }).waitFor();
    const line = await downloaded(page, 'Download');
    expect(await sharp(line.bytes, { limitInputPixels: false }).metadata()).toMatchObject({
      width: 240_000,
      height: 8,
    });
    await page.getByRole('listitem', { name: /^dot\.png/ }).click();
    const dot = await downloaded(page, 'Download');
    expect(await sharp(dot.bytes).metadata()).toMatchObject({ width: 4, height: 4 });
    await page.getByLabel('Format of downloads').selectOption({ label: 'JPEG' });
    await page.getByRole('listitem', { name: /^line\.png/ }).click();
    await page.getByRole('button', { name: 'Download' }).click();
    await page.getByText(/JPEG holds up to 65535 pixels on a side\. Take PNG\./).waitFor();
    await screenshot(page, 'trouble-sizes');
  });

  it('when something is started while something else runs, and when the tab was hidden', async () => {
    await using opened = await app.open();
    const { page } = opened;
    const large = await sharp(await photo(240, 160))
      .resize(1600, 1200)
      .png()
      .toBuffer();
    await choose(page, png('large.png', large));
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByText(/^\d+ % · /).waitFor();
    await page.waitForFunction('/^\\d+ % · /.test(document.title)');
    await page.getByRole('link', { name: 'Measure' }).click();
    const small = png('small.png', await photo(32, 32));
    await page.getByLabel('The result').setInputFiles(small);
    await page.getByLabel('The reference').setInputFiles(small);
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByText('The enlargement is still running. Wait until it is done, or stop it.').waitFor();
    await screenshot(page, 'trouble-second-start');
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await page.getByRole('button', { name: 'Stop it and start this' }).click();
    await page.getByText('∞ (equal) dB').waitFor();
    await page.getByText('Done while you were away.').waitFor();
  });

  it('when there is no room for a large result', async () => {
    await using opened = await app.open();
    const { page, context } = opened;
    const session = await context.newCDPSession(page);
    const { origin } = new URL(page.url());
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1e6 });
    await choose(page, png('huge.png', await blank(8000, 5000)));
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Free some space on this device, or enlarge less.' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true);
    await screenshot(page, 'trouble-storage');
  });

  it('where no workers are allowed: it computes in the page', async () => {
    await using opened = await app.open({ headers: { 'content-security-policy': "worker-src 'none'" } });
    const { page } = opened;
    await choose(page, png('small.png', await photo(48, 32)));
    await page.getByText('workers are not allowed here').waitFor();
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByRole('button', { name: 'Download' }).waitFor();
    await screenshot(page, 'trouble-no-workers');
  });

  it('when the browser takes the graphics processor away: the next start goes on without', async () => {
    const headers = { 'content-security-policy': "worker-src 'none'" };
    await using opened = await app.open({ address: '?backend=webgl', headers });
    const { page } = opened;
    await choose(page, png('small.png', await photo(64, 48)));
    await page.getByText(/^Computes on WebGL/).waitFor();
    await page.evaluate('_tfengine.registry.webgl.gpgpu.gl.getExtension("WEBGL_lose_context").loseContext()');
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'took the graphics processor away' }).waitFor();
    await screenshot(page, 'trouble-lost-context');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Download' }).waitFor();
    await page.getByText(/on wasm/).waitFor();
  });
});

describe.skipIf(executablePath === undefined)('the web app without WebGL', () => {
  it('enlarges all the same, and says what it cannot read', async () => {
    // --disable-3d-apis leaves workers a context.
    const without = await startWebApp(['--use-gl=disabled']);
    try {
      await using opened = await without.open();
      const { page } = opened;
      await choose(page, png('small.png', await photo(48, 32)));
      await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
      await page.getByRole('button', { name: 'Download' }).waitFor();
      await page.getByText(/^Computes on WebAssembly/).waitFor();
      await page.getByRole('button', { name: 'Start over' }).click();
      const halfClear = await sharp(await photo(32, 32))
        .ensureAlpha(0.5)
        .png()
        .toBuffer();
      await choose(page, png('clear.png', halfClear));
      await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
      await page.getByRole('alert').filter({ hasText: 'Switch on hardware acceleration' }).waitFor();
      await screenshot(page, 'trouble-no-webgl');
    } finally {
      await without.close();
    }
  });
});

function blank(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#468' } })
    .png()
    .toBuffer();
}

/** Two frames of 8 x 8, one below the other. */
function animatedGif(): Promise<Buffer> {
  const data = Uint8Array.from({ length: 8 * 16 * 3 }, (_, i) => (i * 37) % 256);
  return sharp(data, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
    .gif({ delay: [100, 100] })
    .toBuffer();
}

/** A box of the type `ftyp` (ISO/IEC 14496-12), and nothing behind it. */
function fileType(brand: string): Buffer {
  const box = Buffer.alloc(24);
  box.writeUInt32BE(24);
  box.write(`ftyp${brand}`, 4);
  return box;
}

function heicHeader(): Buffer {
  return fileType('heic');
}

function mp4Header(): Buffer {
  return fileType('isom');
}
