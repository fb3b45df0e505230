// Makes the picture of the README: the sample photo, bicubic x4, x4-small, and the same scene rendered at full size.
// Usage: node tools/comparison.mjs   (after a build)
import { join } from 'node:path';
import sharp from 'sharp';
import { cropPicture, resizePicture } from 'sr-data';
import { encodePicture, readPicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';
import { renderLake } from './lake-scene.mjs';
import { root } from './setup.mjs';

const crop = { left: 980, top: 240, width: 300, height: 300 };
const photo = await readPicture(join(root, 'examples/photos/lake.png'));
const upscaler = await loadUpscaler(small);
const versions = [
  ['bicubic', cropPicture(resizePicture(photo, { scale: 4 }), crop)],
  ['x4-small', cropPicture(await upscaler.upscale(photo), crop)],
  ['rendered at that size', renderLake(crop)],
];
upscaler.dispose();

const gap = 8;
const label = 28;
const width = versions.length * (crop.width + gap) - gap;
const layers = [];
for (const [i, [name, picture]] of versions.entries()) {
  const left = i * (crop.width + gap);
  layers.push({
    input: Buffer.from(await encodePicture(picture, { format: 'png' })),
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
