// How close do interpolation and the network come to the original? node measure.mjs [PICTURE]
import { modCrop, resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import { psnr, ssim } from 'sr-metrics';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';

const [input = new URL('./photos/lake.png', import.meta.url).pathname] = process.argv.slice(2);

const original = modCrop(await readPicture(input), { scale: 4 });
const reduced = resizePicture(original, { scale: 1 / 4, quantize: true });
const upscaler = await loadUpscaler(small);
const results = {
  bicubic: resizePicture(reduced, { scale: 4, quantize: true }),
  'x4-small': await upscaler.upscale(reduced),
};
upscaler.dispose();

for (const [name, result] of Object.entries(results)) {
  const options = { channel: 'y', cropBorder: 4 };
  const [decibels] = await psnr(result, original, options);
  const [similarity] = await ssim(result, original, options);
  console.log(`${name.padEnd(10)} PSNR ${decibels.toFixed(2)} dB  SSIM ${similarity.toFixed(4)}`);
}
