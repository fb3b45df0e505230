// Turns trained weights into a module of sr-weights: scores them on the benchmark pictures (networks that enlarge by PSNR and
// SSIM, structure extractors by tools/structure-protocol.ts), completes the card, and writes weights/NAME.safetensors and
// src/NAME.ts.
// Usage: node tools/ship-model.mjs NAME TRAINED.safetensors   (after a build; SR_TEST_ASSETS names the test pictures)
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCard } from 'sr-tensor/weights';
import { readWeightFile, writeWeightFile } from 'sr-tensor/weights/node';
import { root } from './setup.mjs';

// What a card says that a training cannot know.
const texts = {
  'x4-small': {
    description: 'The default: a plain stack of ten 3x3 convolutions on a bilinear base, for fidelity (L1).',
    trainingData:
      'BSDS500 train and test (400 photos; its validation part, from which BSD100 comes, was not used), T91 (91), 90 ImageNet photos: those of at least 192 x 192 pixels, low resolution by MATLAB bicubic x1/4',
  },
  nse: {
    description:
      'A structure extractor as in SPSR-P, trained by contextual prediction: features of 32 channels, stride 4.',
    trainingData:
      'BSDS500 train and test (400 photos; its validation part, from which BSD100 comes, was not used), 53 pictures of T91, 90 ImageNet photos: those of at least 192 x 192 pixels, 16 of them kept out to validate on',
  },
};

const [name, file] = process.argv.slice(2);
const assets = resolve(process.env.SR_TEST_ASSETS ?? join(root, '../shared'));

const trained = await readWeightFile(file);
const own = readCard(trained);
const results = own.network.name === 'nse' ? scoreExtractor() : scoreUpscaler();

const folder = join(root, 'packages/sr-weights');
mkdirSync(join(folder, 'weights'), { recursive: true });
const shipped = join(folder, `weights/${name}.safetensors`);
await writeWeightFile(shipped, trained.tensors, {
  card: {
    ...own,
    ...texts[name],
    name,
    license: 'MIT',
    results,
  },
});
const card = readCard(await readWeightFile(shipped));
writeFileSync(
  join(folder, `src/${name}.ts`),
  `import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = ${JSON.stringify(card, undefined, 2)};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/${name}.safetensors', import.meta.url),
};

export default model;
`,
);
execFileSync('npx', ['biome', 'format', '--write', join(folder, `src/${name}.ts`)], { cwd: root });

function scoreUpscaler() {
  const results = {};
  for (const [set, folder] of [
    ['Set5', 'Set5/x4'],
    ['Set14', 'Set14/x4'],
    ['BSD100-dev', 'BSD100-dev/x4'],
  ]) {
    const pictures = join(assets, 'data/bench', folder);
    const output = execFileSync(
      'node',
      [
        'packages/sr-cli/dist/index.js',
        'eval',
        '--hr',
        pictures,
        '--lr',
        pictures,
        '--scale',
        '4',
        '--model',
        resolve(file),
        '--json',
      ],
      { cwd: root, encoding: 'utf8' },
    );
    const { mean } = JSON.parse(output);
    results[set] = { psnr: Number(mean.psnr.toFixed(3)), ssim: Number(mean.ssim.toFixed(4)) };
    console.log(set, results[set]);
  }
  return results;
}

function scoreExtractor() {
  const tool = ['--conditions=sr-source', '--import', 'tsx', 'tools/structure-protocol.ts', '--json', resolve(file)];
  return JSON.parse(execFileSync('node', tool, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}
