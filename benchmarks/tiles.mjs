/**
 * Time for a megapixel of input by side of the tiles, on one thread of a backend: node tiles.mjs [backend...]
 *
 * The defaults of sr-models (src/load-upscaler.ts) are taken from what this prints.
 */

import { compact, loadUpscaler } from 'sr-models';
import { Parameters } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';

const sides = [64, 128, 192, 256, 288, 384, 512];
const rounds = 5;
const backends = process.argv.slice(2);

for (const backend of backends.length > 0 ? backends : ['native', 'wasm']) {
  await selectBackend({ backend });
  const network = compact();
  const parameters = Parameters.create(network.parameters, { seed: 1 });
  const upscaler = await loadUpscaler({ network, parameters }, { backend, workers: 1 });
  const [width, height] = [700, 500];
  const picture = { data: new Uint8Array(width * height * 3).fill(100), width, height, channels: 3 };
  const seconds = new Map(sides.map(side => [side, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const tile of sides) {
      const started = performance.now();
      await upscaler.upscale(picture, { tile });
      // The first round compiles and warms up.
      if (round > 0) seconds.get(tile).push((performance.now() - started) / 1000);
    }
  }
  const best = Math.min(...sides.map(side => median(seconds.get(side))));
  for (const side of sides) {
    const time = median(seconds.get(side));
    const megapixel = (time / (width * height)) * 1e6;
    console.log(
      `${backend}\ttile ${side}\t${megapixel.toFixed(2)} s a megapixel\t${(time / best).toFixed(2)} of the best`,
    );
  }
  upscaler.dispose();
  parameters.dispose();
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
