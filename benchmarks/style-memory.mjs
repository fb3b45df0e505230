/**
 * Peak memory of a whole program that paints a large picture: node style-memory.mjs [BACKEND]
 *
 * 3 and 12 megapixels, with statistics from a copy (`fast`) and from a sweep over the tiles for each of fifteen layers (`exact`). Each
 * runs in a process of its own; the network is that of PyTorch's example in half width, as those published, with weights
 * drawn at random. The peak is the largest resident set size that the kernel saw.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPictureWriter, readPicture, writePicture } from 'sr-data/node';
import { Parameters } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { styleNetwork, stylize } from 'style-transfer';

const runs = [
  [2000, 1500, 'fast'],
  [4000, 3000, 'fast'],
  [2000, 1500, 'exact'],
  [4000, 3000, 'exact'],
];

const [backend = 'auto', input, output, statistics] = process.argv.slice(2);
if (input === undefined) await compare();
else await paint();

/** What the child does. */
async function paint() {
  const { backend: used } = await selectBackend({ backend });
  const network = styleNetwork({ preset: 'pytorch-examples', channels: 16 });
  const parameters = Parameters.create(network.parameters, { seed: 1 });
  const picture = await readPicture(input);
  const started = performance.now();
  const painted = await stylize(picture, { network, parameters, card: undefined }, { statistics });
  const seconds = (performance.now() - started) / 1000;
  await writePicture(output, painted);
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ backend: used, decoded: picture.data.byteLength, peak, seconds }));
}

/** What the parent does. */
async function compare() {
  const folder = await mkdtemp(join(tmpdir(), 'sr-style-memory-'));
  try {
    for (const [width, height, how] of runs) {
      const path = join(folder, 'input.png');
      await writeInput(path, width, height);
      // The built libraries, as users run them.
      const program = [
        ...process.execArgv,
        fileURLToPath(import.meta.url),
        backend,
        path,
        join(folder, 'output.png'),
        how,
      ];
      const child = spawnSync(process.execPath, program, { encoding: 'utf8' });
      if (child.status !== 0) throw new Error(child.stderr);
      const { decoded, peak, seconds, backend: used } = JSON.parse(child.stdout.trim().split('\n').at(-1));
      console.log(
        `${width} x ${height}, ${how}, on ${used}: peak ${megabytes(peak)} MB, less the pictures ${megabytes(peak - 2 * decoded)} MB, ${seconds.toFixed(0)} s`,
      );
    }
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
