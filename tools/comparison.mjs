// Makes the picture of the README: the sample photo, bicubic x4, x4-small, and the same scene rendered at full size.
// Usage: node tools/comparison.mjs FULL.png   (FULL.png: `node tools/sample-photo.mjs FULL.png 1440`; after a build)
import { join } from 'node:path';
import sharp from 'sharp';
import { cropPicture, resizePicture } from 'sr-data';
import { encodePicture, readPicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';
import { root } from './setup.mjs';

const full = await readPicture(process.argv[2]);
const photo = await readPicture(join(root, 'examples/photos/lake.png'));
const upscaler = await loadUpscaler(small);
const versions = [
  ['bicubic', resizePicture(photo, { scale: 4, quantize: true })],
  ['x4-small', await upscaler.upscale(photo)],
  ['rendered at that size', full],
];
upscaler.dispose();

const crop = { left: 980, top: 240, width: 300, height: 300 };
const gap = 8;
const label = 28;
const width = versions.length * (crop.width + gap) - gap;
const layers = [];
for (const [i, [name, picture]] of versions.entries()) {
  const left = i * (crop.width + gap);
  layers.push({
    input: Buffer.from(await encodePicture(cropPicture(picture, crop), { format: 'png' })),
    left,
    top: label,
  });
  const text = `<svg width="${crop.width}" height="${label}"><text x="50%" y="20" text-anchor="middle" font-family="sans-serif" font-size="16" fill="#444">${name}</text></svg>`;
  layers.push({ input: Buffer.from(text), left, top: 0 });
}
await sharp({ create: { width, height: crop.height + label, channels: 3, background: '#fff' } })
  .composite(layers)
  .png({ compressionLevel: 9 })
  .toFile(join(root, 'docs/images/comparison.png'));
