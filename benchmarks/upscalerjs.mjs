/**
 * x4-small beside the x4 models of UpscalerJS, on the same backend in one run: node upscalerjs.mjs [BACKEND...]
 *
 * Time: a picture of 256 x 256 pixels in one piece, on one thread of wasm or on native, round after round in turn; the
 * ratios are of the medians. UpscalerJS gets and gives tensors, which is the least work it can be asked for.
 * Quality, where the test pictures are (SR_TEST_ASSETS, default ../shared beside the repository): PSNR on Set5, Y, 4
 * pixels cropped, on native.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dispose, tensor3d } from '@tensorflow/tfjs-core';
import { pairFolders, readPicture } from 'sr-data/node';
import { psnr } from 'sr-metrics';
import { loadUpscaler } from 'sr-models';
import { selectBackend } from 'sr-tensor/backend';
import small from 'sr-weights/x4-small';

const require = createRequire(import.meta.url);
const Upscaler = require('upscaler/node');
const theirModels = ['slim', 'medium', 'thick'];
/** Rounds; the slow models take part in fewer. */
const rounds = { 'x4-small': 5, slim: 5, medium: 3, thick: 1 };
const side = 256;

const backends = process.argv.slice(2);
for (const backend of backends.length > 0 ? backends : ['native', 'wasm']) {
  console.log((await selectBackend({ backend })).device);
  const ours = await loadUpscaler(small, { backend, workers: 1, tile: 1024 });
  const models = new Map([['x4-small', picture => ours.upscale(picture)]]);
  for (const name of theirModels) models.set(name, theirs(name));
  // On one thread of wasm the larger ones take minutes.
  const timed = backend === 'wasm' ? ['x4-small', 'slim'] : [...models.keys()];
  await compareTimes(new Map(timed.map(name => [name, models.get(name)])));
  if (backend === 'native') await compareQuality(models);
  ours.dispose();
}

async function compareTimes(models) {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 2654435761) >>> 24);
  const picture = { data, width: side, height: side, channels: 3 };
  const seconds = new Map([...models.keys()].map(name => [name, []]));
  for (let round = -1; round < Math.max(...Object.values(rounds)); round++) {
    for (const [name, enlarge] of models) {
      if (round >= rounds[name]) continue;
      const started = performance.now();
      await enlarge(picture);
      // The round before the first warms up.
      if (round >= 0) seconds.get(name).push((performance.now() - started) / 1000);
    }
  }
  const base = median(seconds.get('x4-small'));
  for (const [name, times] of seconds) {
    const time = median(times);
    console.log(`${name}\t${(time * 1000).toFixed(0)} ms\t${(time / base).toFixed(2)} times x4-small`);
  }
}

async function compareQuality(models) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = resolve(process.env.SR_TEST_ASSETS ?? join(root, '../shared'), 'data/bench/Set5/x4');
  if (!existsSync(folder)) return console.log(`no PSNR: there are no test pictures in ${folder}`);
  for (const [name, enlarge] of models) {
    const { pairs } = await pairFolders(folder, folder);
    let sum = 0;
    for (const { hr, lr } of pairs) {
      const result = await enlarge(await readPicture(lr));
      sum += (await psnr(result, await readPicture(hr), { channel: 'y', cropBorder: 4 }))[0];
    }
    console.log(`${name}\t${(sum / pairs.length).toFixed(2)} dB on Set5`);
  }
}

/** An ESRGAN model of UpscalerJS as a function of pictures. */
function theirs(name) {
  const definition = require(`@upscalerjs/esrgan-${name}/4x`);
  const upscaler = new Upscaler({ model: definition });
  return async ({ data, width, height }) => {
    const input = tensor3d(Float32Array.from(data), [height, width, 3]);
    const output = await upscaler.upscale(input, { output: 'tensor' });
    const values = await output.data();
    const [h, w] = output.shape;
    dispose([input, output]);
    const pixels = Uint8Array.from(values, value => Math.min(255, Math.max(0, Math.round(value))));
    return { data: pixels, width: w, height: h, channels: 3 };
  };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
