// sr-data/browser in a real browser: pixels are those that sharp reads from the same files.
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { executablePath, portOf, runPage, serve } from './chromium.js';
import type { PageResult } from './pictures/page.js';

const [width, height] = [37, 23];
const raw = (channels: 3 | 4): Sharp => {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7919) % 256);
  return sharp(data, { raw: { width, height, channels } });
};
const smooth = Uint8Array.from(
  { length: width * height * 3 },
  (_, i) => 3 * ((i / 3) % width) + Math.floor(i / 3 / width),
);

describe.skipIf(executablePath === undefined)('pictures in Chromium', () => {
  let files: Record<string, Buffer>;
  let page: PageResult;
  beforeAll(async () => {
    const opaque = await raw(3).png().toBuffer();
    files = {
      'opaque.png': opaque,
      'rotated.jpg': await sharp(smooth, { raw: { width, height, channels: 3 } })
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer(),
      'profile.png': await raw(3).withIccProfile('p3').png().toBuffer(),
      // Colours under full transparency and under little, which premultiplied pixels would lose.
      'transparent.png': await raw(4).png().toBuffer(),
      'damaged.png': opaque.subarray(0, 60),
    };
    const foreign = await serve(undefined, files);
    try {
      const query = `foreign=${encodeURIComponent(`http://127.0.0.1:${portOf(foreign)}/opaque.png`)}`;
      page = await runPage<PageResult>('pictures', { query, files });
    } finally {
      foreign.close();
    }
  }, 300_000);

  it.each(['opaque.png', 'profile.png', 'transparent.png'])('%s from a file, exactly', async name => {
    const { data, info } = await sharp(files[name], { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    expect(page.blobs[name]).toMatchObject({ width, height, channels: info.channels });
    expect(page.blobs[name]!.data).toEqual([...data]);
  });

  it('a JPEG the right way up', async () => {
    const { data } = await sharp(files['rotated.jpg']).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const read = page.blobs['rotated.jpg']!;
    expect(read).toMatchObject({ width: height, height: width, channels: 3 });
    // Decoders may round differently.
    expect(Math.max(...read.data.map((value, i) => Math.abs(value - data[i]!)))).toBeLessThanOrEqual(2);
  });

  it('from an element, and shown on a canvas', async () => {
    expect(page.element).toEqual(page.blobs['opaque.png']);
    const shown = await sharp(Buffer.from(page.canvasPng)).removeAlpha().raw().toBuffer();
    expect([...shown]).toEqual(page.blobs['opaque.png']!.data);
  });

  it('grey with alpha and 16 bits as ImageData', () => {
    expect(page.imageData).toEqual([0, 0, 0, 255, 128, 128, 128, 255]);
  });

  it('says what is wrong with a damaged and with a foreign one', () => {
    expect(page.errors).toEqual({ damaged: 'picture/damaged', foreign: 'picture/unreadable' });
  });
});
