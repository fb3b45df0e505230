// Turns trained weights into a module of sr-weights: scores them on the benchmark pictures (networks that enlarge by PSNR and
// SSIM, structure extractors by tools/structure-protocol.ts, styles by the figure objective-curves), completes the card, and
// writes weights/NAME.safetensors, src/NAME.ts and the entry of package.json. Styles (style-WAVES, trained on
// docs/styles/WAVES.jpg) and networks that enlarge are stored in half precision, the latter as they are used (a network that was
// trained wide is folded), if that costs at most 0.01 dB. Of the folder of a run it keeps the recipe and the thinned log, as
// training/NAME.json and training/NAME.log.jsonl, and writes docs/trainings.md anew.
// Of a run its best weights ship, by the photos held out, or those of its last step (--last). Of a network that was trained twice
// the first recipe and log lie in training/ already, as NAME.first.json and NAME.first.log.jsonl; the card tells that recipe, too.
// Usage: node tools/ship-model.mjs NAME RUN|TRAINED.safetensors [--last]   (after a build; SR_TEST_ASSETS: the test pictures)
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildNetwork, foldModel } from 'sr-models';
import { Parameters } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { readCard } from 'sr-tensor/weights';
import { readWeightFile, writeWeightFile } from 'sr-tensor/weights/node';
import { root } from './setup.mjs';

const dearest = 0.01;

const photos =
  'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial)';

// What a card says that a training cannot know.
const texts = {
  'x4-small': enlarger(
    4,
    'The default: a plain stack of eleven 3x3 convolutions of 32 channels on a bilinear base, for fidelity (L1).',
  ),
  'x4-tiny': enlarger(
    4,
    'The smallest: a plain stack of nine 3x3 convolutions of 16 channels on a bilinear base, for fidelity (L1); trained wide.',
  ),
  ...Object.fromEntries(
    [2, 3, 8].map(scale => [
      `x${scale}-small`,
      enlarger(scale, `As x4-small, for x${scale}: its body was trained on.`),
    ]),
  ),
  ...perceptualForms('x4-small'),
  'x4-medium': enlarger(
    4,
    'The largest: a plain stack of twelve 3x3 convolutions of 64 channels on a bilinear base, for fidelity (L1).',
  ),
  ...perceptualForms('x4-medium'),
  'x4-small-faces': ofOneKind(
    'faces',
    '34 photos of faces (30 of CelebA, for research that is not commercial, 4 of the demo of GFPGAN)',
  ),
  'x4-small-aerial': ofOneKind('drone', '4 photos of one flight of a drone (Piero Toffanin, BSD 2-Clause)'),
  nse: {
    description:
      'A structure extractor as in SPSR-P, trained by contextual prediction: features of 32 channels, stride 4.',
    trainingData: data => `${photosFor(data)}, 16 of them kept out to validate on`,
  },
  'style-waves': style('curling brush strokes in sea blue and the orange of an evening'),
  'style-mosaic': style('stones in dark mortar, from a yellow sun to a blue rim'),
  'style-ink': style('curved hatching in indigo ink on warm paper, with red blots'),
  'style-facets': style('planes of a broken crystal, each in its own light'),
  'style-loom': style('woven cloth of many colours'),
  'style-bubbles': style('round drops of paint, ring in ring'),
  'style-waves-wide': style('the strokes of waves, by a network of half the published width that was trained longer'),
};

// With a zoom all photos are used; without, those that hold a patch.
function photosFor({ zoom, patchSize }, scale = 1) {
  const side = patchSize * scale;
  return zoom === null ? `${photos}: those of at least ${side} x ${side} pixels` : photos;
}

function enlarger(scale, description) {
  const made = `low resolution by MATLAB bicubic x1/${scale}`;
  return { description, trainingData: data => `${photosFor(data, scale)}, 8 of them kept out to validate on; ${made}` };
}

function perceptualForms(fidelity) {
  return {
    [`${fidelity}-texture`]: perceptual(fidelity, 'textures (Gram matrices, as TSRN)'),
    [`${fidelity}-structure`]: perceptual(fidelity, 'structure (gradient maps and a discriminator of them, as SPSR-G)'),
    [`${fidelity}-structure-p`]: perceptual(
      fidelity,
      'structure (features of our extractor nse and a discriminator of them, as SPSR-P)',
    ),
    [`${fidelity}-adversarial`]: perceptual(
      fidelity,
      'looks (a discriminator and what its layers see, as adversarial feature matching)',
    ),
  };
}

function perceptual(fidelity, what) {
  const description = `${fidelity}, fine-tuned for ${what}: detail that looks right in place of pixels that are right on average.`;
  return { ...enlarger(4, description), fidelity };
}

// What is left of the pictures of one kind judges, beside x4-small.
function ofOneKind(pictures, which) {
  const description = `Experimental: x4-small, fine-tuned with very few pictures, ${which}.`;
  return {
    description,
    trainingData: () => `As x4-small; then ${which}; low resolution by MATLAB bicubic x1/4`,
    photosOf: pictures,
  };
}

function style(what) {
  return {
    description: `Paints in the manner of a picture of our own: ${what}.`,
    trainingData: data =>
      `${photosFor(data)}, 8 of them kept out to validate on; the style's picture is made by tools/style-pictures.mjs`,
  };
}

const [name, given, choice] = process.argv.slice(2);
if (!Object.hasOwn(texts, name ?? '') || !existsSync(given ?? '') || ![undefined, '--last'].includes(choice)) {
  console.error('Usage: node tools/ship-model.mjs NAME RUN|TRAINED.safetensors [--last]');
  console.error(`NAME is one of ${Object.keys(texts).join(', ')}; the run or the file has to be there.`);
  process.exit(2);
}
const ofRun = existsSync(join(given, 'recipe.json'));
const file = ofRun ? join(given, choice === '--last' ? 'last.safetensors' : 'best.safetensors') : given;
// What ships is used with products in float32.
delete process.env.TF_SET_ONEDNN_FPMATH_MODE;
const assets = resolve(process.env.SR_TEST_ASSETS ?? join(root, '../shared'));

const found = await readWeightFile(file);
const kind = { nse: 'extractor', style: 'style' }[readCard(found).network.name] ?? 'upscaler';
const trained = kind === 'upscaler' ? await usedForm(found) : found;
const own = readCard(trained);
const isStyle = kind === 'style';
// The name of a file or of a folder tells nobody what it began with; the recipe that is kept does.
const began = ofRun && JSON.parse(readFileSync(join(given, 'recipe.json'), 'utf8')).init?.weights;
const folder = join(root, 'packages/sr-weights');
const training = {
  ...own.training,
  ...firstPart(),
  ...(own.training.init && began && { init: basename(began) }),
  ...(isStyle && own.training.init && { init: 'a network of ours, see docs/styles.md' }),
};

mkdirSync(join(folder, 'weights'), { recursive: true });
const shipped = join(folder, `weights/${name}.safetensors`);
const dtype = kind === 'extractor' ? 'f32' : 'f16';
const results = await { extractor: scoreExtractor, style: scoreStyle, upscaler: scoreUpscaler }[kind]();
const { photosOf: _, ...text } = texts[name];
const trainingData = text.trainingData(JSON.parse(own.training.data));
await write(shipped, dtype, { ...own, ...text, trainingData, name, license: 'MIT', training, results });
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
const manifest = join(folder, 'package.json');
const content = JSON.parse(readFileSync(manifest, 'utf8'));
const entry = { 'sr-source': `./src/${name}.ts`, types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
const entries = Object.entries({ ...content.exports, [`./${name}`]: entry });
const last = './package.json';
content.exports = Object.fromEntries(entries.sort(([a], [b]) => (a === last) - (b === last) || (a < b ? -1 : 1)));
writeFileSync(manifest, `${JSON.stringify(content, undefined, 2)}\n`);
if (ofRun) keepTraining();
execFileSync(
  'npx',
  ['biome', 'format', '--write', join(folder, `src/${name}.ts`), join(folder, 'training'), manifest],
  { cwd: root },
);
if (ofRun) execFileSync('npm', ['run', 'docs:trainings'], { cwd: root, stdio: 'inherit' });

// Recipe and seconds of the training that this one went on from, if the network was trained twice.
function firstPart() {
  const path = join(folder, `training/${name}.first`);
  if (!existsSync(`${path}.json`)) return {};
  const { seconds } = readLines(`${path}.log.jsonl`).at(-1);
  return { first: JSON.stringify({ ...JSON.parse(readFileSync(`${path}.json`, 'utf8')), seconds }) };
}

// Validations, and about a hundred means of the steps between them.
function keepTraining() {
  mkdirSync(join(folder, 'training'), { recursive: true });
  writeFileSync(join(folder, `training/${name}.json`), readFileSync(join(given, 'recipe.json')));
  const lines = readLog();
  const steps = lines.filter(({ type }) => type === 'train');
  const size = Math.ceil(steps.length / 100);
  const means = Array.from({ length: Math.ceil(steps.length / size) }, (_, i) =>
    meanStep(steps.slice(i * size, (i + 1) * size)),
  );
  const validations = lines.filter(({ type }) => type === 'validation');
  const kept = [...means, ...validations].sort((a, b) => a.iteration - b.iteration);
  const short = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  const thinned = kept.map(({ pictures: _, waiting: __, ...line }) => `${JSON.stringify(line, short)}\n`);
  writeFileSync(join(folder, `training/${name}.log.jsonl`), thinned.join(''));
}

// The last of some lines, with the mean of each loss.
function meanStep(lines) {
  const names = Object.keys(lines[0].losses);
  const mean = name => lines.reduce((sum, { losses }) => sum + losses[name], 0) / lines.length;
  return { ...lines.at(-1), losses: Object.fromEntries(names.map(name => [name, mean(name)])) };
}

function readLog() {
  return readLines(join(given, 'log.jsonl'));
}

function readLines(path) {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
}

function write(path, dtype, card) {
  return writeWeightFile(path, trained.tensors, { dtype, card });
}

// What inference needs of a network that is trained wider than it is used.
async function usedForm(file) {
  const card = readCard(file);
  const network = buildNetwork(card.network);
  if (network.folded === undefined) return file;
  await selectBackend({ backend: 'cpu' });
  const model = foldModel({ network, parameters: Parameters.fromWeights(network.parameters, file.tensors) });
  const { name, config } = model.network;
  const tensors = await model.parameters.toWeights();
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const folded = {
    ...card,
    network: { name, config },
    parameters,
    training: { ...card.training, network: JSON.stringify(card.network) },
  };
  return { tensors, metadata: { ...file.metadata, card: JSON.stringify(folded) } };
}

async function scoreUpscaler() {
  const out = mkdtempSync(join(tmpdir(), 'sr-ship-'));
  for (const dtype of ['f32', 'f16']) await write(join(out, dtype), dtype, own);
  const results = {};
  for (const set of ['Set5', 'Set14', 'BSD100-dev']) {
    const [exact, score] = ['f32', 'f16'].map(dtype => scoreOn(set, join(out, dtype)));
    if (exact.psnr - score.psnr > dearest) {
      throw new Error(`${set}: half precision costs ${exact.psnr - score.psnr} dB, more than ${dearest}.`);
    }
    results[set] = {
      ...rounded(score),
      ...(texts[name].fidelity && {
        'lpips-alex': Number(score['lpips-alex'].toFixed(4)),
        'lpips-squeeze': Number(score['lpips-squeeze'].toFixed(4)),
      }),
    };
    console.log(set, results[set], `float32: ${exact.psnr.toFixed(3)}`);
  }
  const { photosOf } = texts[name];
  if (photosOf !== undefined) {
    const kept = keptOut(join(out, 'kept'), join(assets, 'data', photosOf));
    const [tuned, general] = [join(out, 'f16'), 'x4-small'].map(model => evaluated(['--hr', join(out, 'kept')], model));
    const { psnr, ssim } = rounded(general);
    results[`${kept} photos of this kind, kept out`] = {
      ...rounded(tuned),
      'psnr of x4-small': psnr,
      'ssim of x4-small': ssim,
    };
    console.log(results);
  }
  rmSync(out, { recursive: true });
  return results;
}

function rounded({ psnr, ssim }) {
  return { psnr: Number(psnr.toFixed(3)), ssim: Number(ssim.toFixed(4)) };
}

// Copies the photos that the training validated on; tells how many there are.
function keptOut(folder, from) {
  mkdirSync(folder);
  const names = readLog().findLast(({ type }) => type === 'validation').pictures;
  const files = readdirSync(from, { recursive: true }).filter(file => Object.hasOwn(names, basename(file)));
  for (const file of files) copyFileSync(join(from, file), join(folder, basename(file)));
  return files.length;
}

// Where a set has no small pictures for the scale they are made of the large ones, as by MATLAB.
function scoreOn(set, model) {
  const given = join(assets, 'data/bench', set, `x${own.scale}`);
  const pictures = existsSync(given) ? ['--hr', given, '--lr', given] : ['--hr', join(assets, 'data/bench', set, 'x4')];
  return evaluated(pictures, model);
}

function evaluated(pictures, model) {
  const metrics = texts[name].fidelity ? 'psnr,ssim,lpips-alex,lpips-squeeze' : 'psnr,ssim';
  const options = [...pictures, '--scale', `${own.scale}`, '--model', model, '--metrics', metrics, '--json'];
  const output = execFileSync('node', ['packages/sr-cli/dist/index.js', 'eval', ...options], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(output).mean;
}

function scoreExtractor() {
  const tool = ['--conditions=sr-source', '--import', 'tsx', 'tools/structure-protocol.ts', '--json', resolve(file)];
  return JSON.parse(execFileSync('node', tool, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

// The objective beside that of the optimisation from noise, and the iteration at which the latter comes as low.
async function scoreStyle() {
  const out = mkdtempSync(join(tmpdir(), 'sr-ship-'));
  const style = join(out, 'style.safetensors');
  await writeWeightFile(style, trained.tensors, { dtype, card: own });
  const picture = join(root, 'docs/styles', own.training.style);
  const { content, style: taken, smoothness } = JSON.parse(own.training.losses);
  const options = {
    style,
    'style-picture': picture,
    'content-weight': `${content.weight}`,
    'style-weight': `${taken.weight}`,
    smoothness: `${smoothness.weight}`,
    sizes: '256',
    pictures: '10',
    iterations: '120',
    out,
  };
  const tool = ['--conditions=sr-source', '--import', 'tsx', 'tools/figure.ts', 'objective-curves'];
  const flags = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  execFileSync('node', [...tool, ...flags], { cwd: root, stdio: 'inherit' });
  const { curves, levels } = JSON.parse(readFileSync(join(out, 'objective-256.json'), 'utf8'));
  rmSync(out, { recursive: true });
  const [photo, network] = ['content', 'network'].map(level => levels.find(({ name }) => name === level).value);
  // Iterations are counted from 1, and their objectives are those that they start from. The median: some optimisations diverge.
  const done = curves.map(({ crossing }) => (crossing ?? Number.POSITIVE_INFINITY) - 1).sort((a, b) => a - b);
  const reached = Math.min(done[Math.floor((done.length - 1) / 2)], Number(options.iterations));
  return {
    'BSD100-dev, 10 pictures of 256 x 256': {
      objective: Number(network.toFixed(2)),
      'objective of the photo itself': Number(photo.toFixed(2)),
      'iterations of L-BFGS to come as low': reached,
    },
  };
}
