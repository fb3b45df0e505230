// Enlarges a picture four times: node enlarge.mjs [PICTURE] [OUTPUT]
import { readPicture, writePicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';

const [input = new URL('./photos/lake.png', import.meta.url).pathname, output = 'lake@4x.png'] = process.argv.slice(2);

const upscaler = await loadUpscaler(small);
const photo = await readPicture(input);
const big = await upscaler.upscale(photo, {
  onProgress: ({ percent }) => process.stderr.write(`\r${percent.toFixed(0)} %`),
});
await writePicture(output, big);
upscaler.dispose();
console.log(`\n${output}: ${big.width} x ${big.height}, on ${upscaler.backend.backend}`);
