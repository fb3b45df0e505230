/**
 * Peak memory of a whole program that enlarges a large picture four times in strips: node memory.mjs [BACKEND]
 *
 * Each size runs in a process of its own: reads a PNG, enlarges it with x4-small, writes a PNG strip by strip. The peak
 * is the largest resident set size that the kernel saw.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPictureWriter, readPicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';

const sizes = [
  [3000, 2000],
  [6000, 4000],
];

const [backend = 'auto', input, output] = process.argv.slice(2);
if (input === undefined) await compare();
else await enlarge();

/** What the child does. */
async function enlarge() {
  const upscaler = await loadUpscaler(small, { backend });
  const picture = await readPicture(input);
  const { scale } = upscaler;
  const [width, height] = [picture.width * scale, picture.height * scale];
  const writer = await createPictureWriter(output, { width, height, channels: picture.channels });
  const started = performance.now();
  for await (const strip of upscaler.strips(picture)) await writer.write(strip);
  const seconds = (performance.now() - started) / 1000;
  await writer.close();
  upscaler.dispose();
  const result = {
    backend: upscaler.backend.backend,
    decoded: picture.data.byteLength,
    peak: process.resourceUsage().maxRSS * 1024,
    seconds,
  };
  console.log(JSON.stringify(result));
}

/** What the parent does. */
async function compare() {
  const folder = await mkdtemp(join(tmpdir(), 'sr-memory-'));
  const rest = [];
  try {
    for (const [width, height] of sizes) {
      const path = join(folder, 'input.png');
      await writeInput(path, width, height);
      // The built libraries, as users run them.
      const program = [fileURLToPath(import.meta.url), backend, path, join(folder, 'output.png')];
      const child = spawnSync(process.execPath, program, { encoding: 'utf8' });
      if (child.status !== 0) throw new Error(child.stderr);
      const { decoded, peak, seconds, backend: used } = JSON.parse(child.stdout.trim().split('\n').at(-1));
      rest.push(peak - decoded);
      console.log(
        `${width} x ${height} on ${used}: peak ${megabytes(peak)} MB, less the decoded input ${megabytes(peak - decoded)} MB, ${seconds.toFixed(0)} s for the strips`,
      );
    }
    console.log(
      `from 6 to 24 megapixels the peak less the decoded input grows by ${((rest[1] / rest[0] - 1) * 100).toFixed(1)} %`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A picture with some structure, written strip by strip. */
async function writeInput(path, width, height) {
  const writer = await createPictureWriter(path, { width, height, channels: 3 });
  for (let y = 0; y < height; y++) {
    const data = new Uint8Array(width * 3);
    for (let i = 0; i < data.length; i++) data[i] = 128 + 60 * Math.sin(i / 97) + 60 * Math.cos(y / 31 + i / 1013);
    await writer.write({ data, width, height: 1, channels: 3 });
  }
  await writer.close();
}

function megabytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}
