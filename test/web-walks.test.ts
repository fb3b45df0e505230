// What people do with the web app, step by step; each walk leaves a screenshot in out/web.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, unzipSync } from 'fflate';
import sharp from 'sharp';
import { resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import { psnr } from 'sr-metrics';
import { loadModel } from 'sr-models';
import { Parameters } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { assetsFolder } from 'sr-tensor/testing';
import { writeWeights } from 'sr-tensor/weights';
import { styleNetwork } from 'style-transfer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath } from './chromium.js';
import { root, run, temporaryFolder } from './support.js';
import {
  choose,
  downloaded,
  largestDifference,
  type OpenOptions,
  photo,
  pixels,
  png,
  screenshot,
  startWebApp,
  type WebApp,
} from './web-page.js';

const folder = temporaryFolder();
const encoders = assetsFolder('weights');
let app: WebApp;

describe.skipIf(executablePath === undefined)('the web app', () => {
  beforeAll(async () => {
    app = await startWebApp();
  });
  afterAll(async () => {
    await app?.close();
    folder[Symbol.dispose]();
  });

  /** What the command line makes of a picture. */
  async function enlargedInNode(picture: Buffer, ...more: string[]): Promise<Buffer> {
    const [input, output] = [join(folder.path, 'input.png'), join(folder.path, 'output.png')];
    writeFileSync(input, picture);
    const command = [join(root, 'packages/sr-cli/dist/index.js'), 'upscale', input, '-o', output, '--backend', 'wasm'];
    run('node', [...command, ...more]);
    return sharp(output).png().toBuffer();
  }

  async function enlarged(
    picture: Buffer,
    options: OpenOptions & { scale?: string; detail?: number } = {},
  ): Promise<Buffer> {
    await using opened = await app.open(options);
    const { page, foreign } = opened;
    await choose(page, png('small.png', picture));
    if (options.scale) await page.getByLabel(options.scale, { exact: true }).check();
    if (options.detail) await page.getByLabel(/^Invented detail/).fill(String(options.detail));
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    const { name, bytes } = await downloaded(page, 'Download');
    expect(name).toBe(`small@${(options.scale ?? '4×').replace('×', 'x')}.png`);
    expect(foreign).toEqual([]);
    await screenshot(page, `enlarge-${name.replace('.png', '')}`);
    return bytes;
  }

  it('opens with less than 150 kB', async () => {
    await using opened = await app.open();
    const { page } = opened;
    await page.getByRole('heading', { name: 'Make small pictures large' }).waitFor();
    const addresses = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter(name => /\.(js|css)$/.test(name)),
    );
    const bodies = await Promise.all([page.url(), ...addresses].map(async url => (await fetch(url)).arrayBuffer()));
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(new Uint8Array(body)).length, 0);
    expect(bytes).toBeLessThan(150_000);
    const nameless = await page
      .locator('button:visible')
      .evaluateAll(buttons =>
        buttons
          .filter(button => !button.textContent?.trim() && !button.getAttribute('aria-label'))
          .map(b => b.outerHTML),
      );
    expect(nameless).toEqual([]);
    await screenshot(page, 'open');
  });

  it('enlarges: the file is what Node makes', async () => {
    const picture = await photo(150, 96);
    const [page, node] = await Promise.all([pixels(await enlarged(picture)), pixels(await enlargedInNode(picture))]);
    expect(page).toMatchObject({ width: 600, height: 384, channels: 3 });
    expect(largestDifference(page.data, node.data)).toBeLessThanOrEqual(1);
  });

  it('enlarges with invented detail, as much as is asked for', async () => {
    const picture = await photo(64, 48);
    const page = await pixels(await enlarged(picture, { detail: 50 }));
    const node = await pixels(await enlargedInNode(picture, '--perceptual', '0.5'));
    expect(largestDifference(page.data, node.data)).toBeLessThanOrEqual(1);
    expect(largestDifference(page.data, (await pixels(await enlargedInNode(picture))).data)).toBeGreaterThan(1);
  });

  it.each([
    ['2×', 2],
    ['3×', 3],
    ['8×', 8],
  ])('enlarges %s by the network for that', async (label, scale) => {
    const picture = await photo(60, 44);
    const result = await pixels(await enlarged(picture, { scale: label }));
    const node = await pixels(await enlargedInNode(picture, '--scale', String(scale)));
    expect(result).toMatchObject({ width: 60 * scale, height: 44 * scale, channels: 3 });
    expect(largestDifference(result.data, node.data)).toBeLessThanOrEqual(1);
  });

  it('keeps alpha', async () => {
    const picture = await sharp(await photo(64, 48))
      .ensureAlpha()
      .composite([{ input: Buffer.from('<svg><circle cx="32" cy="24" r="20" fill="#fff"/></svg>'), blend: 'dest-in' }])
      .png()
      .toBuffer();
    const [page, node] = await Promise.all([pixels(await enlarged(picture)), pixels(await enlargedInNode(picture))]);
    expect(page).toMatchObject({ width: 256, height: 192, channels: 4 });
    expect(largestDifference(page.data, node.data)).toBeLessThanOrEqual(1);
  });

  it('several pictures become a ZIP, also as JPEG and WebP, on a phone in the dark', async () => {
    await using opened = await app.open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    const { page } = opened;
    await choose(page, png('one.png', await photo(40, 32)), png('two.png', await photo(32, 40)));
    await screenshot(page, 'batch-phone');
    await page.getByRole('button', { name: 'Enlarge 2 pictures' }).click();
    const zip = unzipSync(new Uint8Array((await downloaded(page, 'All as a ZIP')).bytes));
    expect(Object.keys(zip)).toEqual(['one@4x.png', 'two@4x.png']);
    expect(await sharp(zip['one@4x.png']).metadata()).toMatchObject({ format: 'png', width: 160, height: 128 });
    for (const [label, format, ending] of [
      ['JPEG', 'jpeg', 'jpg'],
      ['WebP', 'webp', 'webp'],
    ] as const) {
      await page.getByLabel('Format of downloads').selectOption({ label });
      const { name, bytes } = await downloaded(page, 'Download');
      expect(name).toBe(`two@4x.${ending}`);
      expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 128, height: 160 });
    }
    await screenshot(page, 'batch-phone-done');
  });

  it('stops half-way and begins again', async () => {
    await using opened = await app.open();
    const { page } = opened;
    await choose(
      page,
      png(
        'large.png',
        await sharp(await photo(240, 160))
          .resize(1600, 1200)
          .png()
          .toBuffer(),
      ),
    );
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByText(/^\d+ % · .* left$/).waitFor();
    await screenshot(page, 'stop-running');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. Nothing was changed.').waitFor();
    expect(await page.getByRole('button', { name: 'Enlarge', exact: true }).isEnabled()).toBe(true);
    await screenshot(page, 'stop');
  });

  it('shows both pictures at one place, by mouse and by keys', async () => {
    await using opened = await app.open();
    const { page } = opened;
    await choose(page, png('small.png', await photo(64, 48)));
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByRole('button', { name: 'Download' }).waitFor();
    await page.getByRole('button', { name: 'Zoom to 800 %' }).click();
    await page.getByText('800 %', { exact: true }).waitFor();
    const slider = page.getByRole('slider', { name: /meet/ });
    await slider.focus();
    for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
    expect(await slider.inputValue()).toBe('70');
    await page.getByRole('group', { name: /^Picture/ }).focus();
    await page.keyboard.press('ArrowDown');
    await screenshot(page, 'compare-800');
    await page.keyboard.press('0');
    await page.getByRole('button', { name: 'Fit into the view', pressed: true }).waitFor();
  });

  it('takes a picture with 40 megapixels twice as large', async () => {
    await using opened = await app.open();
    const { page } = opened;
    const huge = await sharp({ create: { width: 8000, height: 5000, channels: 3, background: '#7a9' } })
      .composite([{ input: await photo(240, 160), left: 300, top: 200 }])
      .png()
      .toBuffer();
    await choose(page, png('huge.png', huge));
    await page.getByLabel('2×', { exact: true }).check();
    await page.getByText('a reduced picture is shown, the file has every pixel').waitFor();
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByText(/^\d+ % · .* left$/).waitFor();
    await screenshot(page, 'huge');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. Nothing was changed.').waitFor();
  });

  it('stylises where the mask is painted, and nowhere else', async () => {
    await using opened = await app.open({ address: '#stylize' });
    const { page } = opened;
    const picture = await photo(120, 80);
    await page.locator('.hero input[type=file]').setInputFiles(png('photo.png', picture));
    await page.getByLabel('Trained', { exact: true }).check();
    const style = { name: 'mine.safetensors', mimeType: '', buffer: Buffer.from(await randomStyle()) };
    await page.getByLabel('Style file').setInputFiles(style);
    await page.getByRole('button', { name: 'Paint where' }).click();
    const box = (await page.locator('canvas.mask').boundingBox())!;
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2 + 8, { steps: 3 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Stylise', exact: true }).click();
    const { bytes } = await downloaded(page, 'Download');
    const [painted, before] = await Promise.all([pixels(bytes), pixels(picture)]);
    const differenceAt = (x: number, y: number): number => {
      const at = 3 * (y * 120 + x);
      return largestDifference(painted.data.subarray(at, at + 3), before.data.subarray(at, at + 3));
    };
    expect(painted).toMatchObject({ width: 120, height: 80 });
    expect(differenceAt(30, 42)).toBeGreaterThan(8);
    expect(differenceAt(110, 10)).toBe(0);
    await screenshot(page, 'stylize-mask');
  });

  it('measures as Node does', async () => {
    await using opened = await app.open({ address: '#measure' });
    const { page } = opened;
    const reference = await photo(200, 176);
    const result = await sharp(reference).blur(1.2).png().toBuffer();
    await page.getByLabel('The result').setInputFiles(png('result.png', result));
    await page.getByLabel('The reference').setInputFiles(png('reference.png', reference));
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    const [a, b] = await Promise.all([readPicture(result), readPicture(reference)]);
    const [decibels] = await psnr(a, b, { channel: 'y', cropBorder: 4 });
    await page.getByText(`${decibels!.toFixed(2)} dB`).waitFor();
    await page.getByRole('img', { name: /^SSIM/ }).waitFor();
    await page.locator('tr:has-text("Total variation") .value', { hasText: /\d/ }).waitFor();
    await screenshot(page, 'measure');
  });

  it('fine-tunes 20 steps and uses the result', async () => {
    await using opened = await app.open({ address: '#fine-tune' });
    const { page } = opened;
    await page.locator('.dropzone input').setInputFiles(png('kind.png', await photo(240, 120)));
    await page.getByLabel(/^Steps/).fill('20');
    await page.getByRole('button', { name: 'Fine-tune', exact: true }).click();
    const { name, bytes } = await downloaded(page, 'Download the weights');
    expect(name).toBe('my-x4.safetensors');
    await selectBackend({ backend: 'cpu' });
    const { card, parameters } = await loadModel(new Uint8Array(bytes));
    parameters.dispose();
    expect(card).toMatchObject({ name: 'my-x4', scale: 4, training: { steps: 20, from: 'x4-small' } });
    await page.getByText(/\d dB became \d/).waitFor();
    await screenshot(page, 'fine-tune');
    await page.getByRole('button', { name: 'Use it in Enlarge' }).click();
    await choose(page, png('small.png', await photo(32, 24)));
    // By way of the four times that it was made for.
    await page.getByLabel('2×', { exact: true }).check();
    await page.getByLabel(/^my-x4/).check();
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    const half = await downloaded(page, 'Download');
    writeFileSync(join(folder.path, 'tuned.safetensors'), bytes);
    const four = await enlargedInNode(await photo(32, 24), '--model', join(folder.path, 'tuned.safetensors'));
    const expected = resizePicture(await readPicture(four), { scale: 1 / 2 });
    const made = await pixels(half.bytes);
    expect(made).toMatchObject({ width: 64, height: 48 });
    expect(largestDifference(made.data, Buffer.from(expected.data as Uint8Array))).toBeLessThanOrEqual(1);
  });

  it.skipIf(encoders === undefined)('fine-tunes a style to a painting, and paints with it', async () => {
    await using opened = await app.open({ address: '#fine-tune' });
    const { page } = opened;
    await page.getByLabel('Painting', { exact: true }).check();
    await page.locator('.dropzone input').setInputFiles(png('photo.png', await photo(256, 128)));
    const start = page.getByRole('button', { name: 'Fine-tune', exact: true });
    await page.getByText('Needs the painting and SqueezeNet’s weights.').waitFor();
    expect(await start.isDisabled()).toBe(true);
    const painting = await sharp(join(root, 'docs/styles/mosaic.jpg')).resize(128, 128).png().toBuffer();
    await page.getByLabel('The painting').setInputFiles(png('mosaic.png', painting));
    await page.getByLabel('Starts from').selectOption('waves');
    const judge = page.getByLabel('Weights of SqueezeNet');
    await judge.setInputFiles(join(encoders!, 'alexnet_torchvision_features.f32.safetensors'));
    await page.getByLabel(/^Steps/).fill('20');
    await start.click();
    await page.getByText('alexnet_torchvision_features.f32.safetensors is not of SqueezeNet 1.1').waitFor();
    await judge.setInputFiles(join(encoders!, 'squeezenet1_1_torchvision_features.f32.safetensors'));
    await start.click();
    await page.getByText(/^The objective, \d+, became \d+: \d+ % lower/).waitFor();
    await screenshot(page, 'fine-tune-style');
    const { name, bytes } = await downloaded(page, 'Download the weights');
    expect(name).toBe('my-style.safetensors');
    const file = join(folder.path, name);
    writeFileSync(file, bytes);

    await page.getByRole('button', { name: 'Use it in Stylise' }).click();
    const picture = png('photo.png', await photo(96, 64));
    await page.locator('.hero input[type=file]').setInputFiles(picture);
    await page.getByLabel('my-style', { exact: true }).check();
    await page.getByRole('button', { name: 'Stylise', exact: true }).click();
    const painted = await pixels((await downloaded(page, 'Download')).bytes);
    const [input, output] = [join(folder.path, 'photo.png'), join(folder.path, 'painted.png')];
    writeFileSync(input, picture.buffer);
    run('node', [
      join(root, 'packages/sr-cli/dist/index.js'),
      ...['stylize', input, '-o', output, '--style', file, '--backend', 'wasm'],
    ]);
    const expected = await pixels(await sharp(output).png().toBuffer());
    expect(painted).toMatchObject({ width: 96, height: 64 });
    expect(largestDifference(painted.data, expected.data)).toBeLessThanOrEqual(1);
  });

  it('works without a network once it was loaded', async () => {
    await using opened = await app.open();
    const { page, context } = opened;
    await page.getByText('Works offline').waitFor();
    await context.setOffline(true);
    await page.reload();
    await choose(page, png('small.png', await photo(40, 32)));
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await page.getByRole('button', { name: 'Download' }).waitFor();
    await screenshot(page, 'offline');
  });
});

/** A style network with random weights, small enough to be fast. */
async function randomStyle(): Promise<Uint8Array> {
  await selectBackend({ backend: 'cpu' });
  const network = styleNetwork({ preset: 'small', channels: 4, blocks: 1 });
  const parameters = Parameters.create(network.parameters, { seed: 1 });
  const card = {
    name: 'random',
    description: 'Random weights.',
    network: { name: network.name, config: network.config },
    scale: 1,
    parameters: 0,
    license: 'MIT',
    trainingData: 'none',
    training: {},
    results: {},
  };
  const bytes = await writeWeights(await parameters.toWeights(), { card });
  parameters.dispose();
  return bytes;
}
