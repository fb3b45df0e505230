/**
 * All networks that come along and what people use today, enlarging four times: quality on Set5, Set14 and the half of BSD100,
 * time on native TensorFlow and on one thread of wasm, weights and bytes. Writes docs/zoo.md, down to what is written by hand,
 * its charts and crops.
 *
 * npm run bench -- zoo; of its parts: node --import tsx zoo.ts SET... (or times), which prints alone.
 *
 * Pictures and reference networks come from SR_TEST_ASSETS, default ../shared beside the repository. PSNR and SSIM on Y, 4 pixels
 * cropped; LPIPS, Gram distance (SqueezeNet, literal), NIQE and gradient maps of whole pictures.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CropOptions, cropPicture, resizePicture } from 'sr-data';
import { pairFolders, readPicture } from 'sr-data/node';
import { loadSqueezeNet } from 'sr-features';
import { evaluate, gramMetric, loadLpips, loadNiqe, type Metric, psnr, ssim, withOptions } from 'sr-metrics';
import type { Picture } from 'sr-tensor';
import { type BackendName, selectBackend } from 'sr-tensor/backend';
import { root } from '../test/support.js';
import { type Traces, tracesOf } from '../test/zoo/traces.js';
import { markdownTable } from '../tools/docs/golden-cases.js';
import { writePictureGrid } from '../tools/figures/picture-grid.js';
import { scatterChart } from '../tools/figures/scatter-chart.js';
import { gradientError, gradientStrength } from './support/gradient-maps.js';
import { inTurns, median, timed } from './support/measure.js';
import { type Contestant, contestants, type Enlarger } from './support/zoo-contestants.js';

const assets = resolve(process.env.SR_TEST_ASSETS ?? join(root, '../shared'));
process.env.SR_WEIGHTS_DIR ??= ['weights', 'data/iqa/niqe'].map(path => join(assets, path)).join(':');
const ROUNDS = 5;
/** Weights above which a network takes half a minute on wasm. */
const SLOW = 1e6;
const CROPS_A_ROW = 4;
/** What others make and how it should be, above what networks of each kind make. */
const SHOWN_IN_CROPS = [
  ...['bicubic', 'UpscalerJS thick', 'EnhanceNet-PAT', 'original'],
  ...['x4-tiny', 'x4-medium', 'x4-medium-structure', 'x4-medium-texture'],
];
/** On whose pictures enlargements are searched for their grid, and for colours that are off. */
const TRACED = ['Set5', 'Set14'];
/** What stands below is left as it is. */
const BY_HAND = '<!-- By hand. -->';
const sets = ['Set5', 'Set14', 'BSD100-dev'] as const;
const asked = process.argv.slice(2);
const all = await contestants(join(assets, 'weights/reference-nets'));

const scores: Record<string, Record<string, Readonly<Record<string, number>>>> = {};
const traces: Record<string, Traces[]> = Object.fromEntries(all.map(({ name }) => [name, []]));
for (const set of sets) if (asked.length === 0 || asked.includes(set)) scores[set] = await quality(set);
const times: Record<string, Record<string, number>> = {};
for (const backend of ['native', 'wasm'] as const) {
  if (asked.length === 0 || asked.includes('times')) times[backend] = await milliseconds(backend);
}
if (asked.length === 0) await writePage();
process.exit();

/** The means over the pictures of a set, by contestant and metric. */
async function quality(set: string): Promise<Record<string, Readonly<Record<string, number>>>> {
  await selectBackend({ backend: 'native' });
  const [alex, squeeze] = [await loadLpips({ network: 'alex' }), await loadLpips({ network: 'squeeze' })];
  const encoder = await loadSqueezeNet({ preprocessing: 'lpips' });
  const onLuma = { channel: 'y', cropBorder: 4 } as const;
  const metrics = [
    withOptions(psnr, onLuma),
    withOptions(ssim, onLuma),
    alex,
    squeeze,
    gramMetric({ encoder }),
    await loadNiqe(),
    gradientStrength,
    gradientError,
  ] as Metric[];
  const folder = join(assets, 'data/bench', set, 'x4');
  const { pairs } = await pairFolders(folder, folder);
  const means: Record<string, Readonly<Record<string, number>>> = {};
  for (const contestant of all) {
    const { enlarge, dispose } = await contestant.open('native');
    async function* results() {
      for (const { hr, lr } of pairs) {
        const small = await readPicture(lr);
        const result = await enlarge(small);
        if (TRACED.includes(set)) traces[contestant.name]!.push(tracesOf(result, small));
        yield { result, reference: await readPicture(hr) };
      }
    }
    const { mean } = await evaluate(results(), metrics);
    dispose();
    means[contestant.name] = mean;
    const shown = Object.entries(mean).map(([name, value]) => `${name} ${Number(value.toPrecision(5))}`);
    console.log(`${set}\t${contestant.name}\t${shown.join('  ')}`);
  }
  alex.dispose();
  squeeze.dispose();
  encoder.dispose();
  return means;
}

/** Milliseconds a megapixel of output, of 128 x 128 pixels in one piece: medians of rounds in turn. */
async function milliseconds(backend: BackendName): Promise<Record<string, number>> {
  console.log((await selectBackend({ backend })).device);
  const side = 128;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 2654435761) >>> 24);
  const picture: Picture = { data, width: side, height: side, channels: 3 };
  const open: [Contestant, Enlarger][] = [];
  // Each network once: with many of them open, wasm computes the later ones up to twice as slowly.
  for (const contestant of all) {
    if (contestant.timedAs === undefined) open.push([contestant, await contestant.open(backend)]);
  }
  // What takes half a minute takes part once, without warming up.
  const isSlow = ({ weights }: Contestant): boolean => backend === 'wasm' && weights > SLOW;
  const run = ({ enlarge }: Enlarger) => timed(() => enlarge(picture));
  const found = await inTurns(
    Object.fromEntries(open.filter(([each]) => !isSlow(each)).map(([{ name }, enlarger]) => [name, run(enlarger)])),
    { rounds: ROUNDS, count: 1 },
  );
  for (const [each, enlarger] of open) if (isSlow(each)) found[each.name] = await run(enlarger)(1);
  for (const [, { dispose }] of open) dispose();
  const megapixels = (4 * side) ** 2 / 1e6;
  const each = Object.entries(found).map(([name, values]): [string, number] => [name, median(values) / megapixels]);
  for (const [name, time] of each) console.log(`${backend}\t${name}\t${time.toFixed(0)} ms a megapixel`);
  const known = Object.fromEntries(each);
  return Object.fromEntries(all.map(({ name, timedAs = name }) => [name, known[timedAs]!]));
}

async function writePage(): Promise<void> {
  const images = join(root, 'docs/images');
  mkdirSync(images, { recursive: true });
  const points = (shown: readonly Contestant[], x: (name: string) => number, y: (name: string) => number) =>
    shown.map(({ name, ours }) => ({ name, ours, x: x(name), y: y(name) }));
  const [set5, bsd] = [scores.Set5!, scores['BSD100-dev']!];
  const distortion = scatterChart({
    title: 'BSD100 (half): distortion and perception; better is right and below',
    x: 'PSNR (dB)',
    y: 'LPIPS, AlexNet',
    // Those of one kind are experiments, and lie upon the network that they began with.
    points: points(
      all.filter(({ name }) => !/-(faces|aerial)$/.test(name)),
      name => bsd[name]!.psnr!,
      name => bsd[name]!['lpips-alex']!,
    ),
  });
  writeFileSync(join(images, 'zoo-perception.svg'), distortion);
  const speed = scatterChart({
    title: 'Set5: quality and time on one thread of wasm; better is left and above',
    x: 'milliseconds a megapixel of output',
    y: 'PSNR (dB)',
    logarithmic: true,
    // The forms of a network take its time.
    points: points(
      all.filter(({ timedAs }) => timedAs === undefined),
      name => times.wasm![name]!,
      name => set5[name]!.psnr!,
    ),
  });
  writeFileSync(join(images, 'zoo-time.svg'), speed);
  await writeCrops(join(images, 'zoo-crops.webp'));
  const path = join(root, 'docs/zoo.md');
  const byHand = existsSync(path) ? readFileSync(path, 'utf8').split(BY_HAND)[1] : undefined;
  writeFileSync(path, `${page()}\n${BY_HAND}${byHand ?? '\n'}`);
  console.log('docs/zoo.md');
}

/** Details of some pictures, twice as large, as some make them, beside the originals. */
async function writeCrops(path: string): Promise<void> {
  await selectBackend({ backend: 'native' });
  const size = { width: 100, height: 76 };
  const details = [
    { file: 'Set5/x4/img_003_SRF_4', name: 'Set5, butterfly', area: { left: 130, top: 90, ...size } },
    { file: 'Set14/x4/img_002_SRF_4', name: 'Set14, barbara', area: { left: 420, top: 135, ...size } },
    { file: 'BSD100-dev/x4/img_025_SRF_4', name: 'BSD100, young foxes', area: { left: 172, top: 106, ...size } },
  ];
  const twice = (picture: Picture, area: CropOptions): Picture =>
    resizePicture(cropPicture(picture, area), { scale: 2 }, { kernel: 'nearest' });
  const cells = details.map(() => [] as { picture: Picture; text: string }[]);
  for (const name of SHOWN_IN_CROPS) {
    const contestant = all.find(each => each.name === name);
    const enlarger = await contestant?.open('native');
    for (const [i, { file, area }] of details.entries()) {
      const read = (end: 'LR' | 'HR') => readPicture(join(assets, 'data/bench', `${file}_${end}.png`));
      const large = enlarger === undefined ? await read('HR') : await enlarger.enlarge(await read('LR'));
      cells[i]!.push({ picture: twice(large, area), text: name });
    }
    enlarger?.dispose();
  }
  const rows = details.flatMap(({ name }, i) =>
    chunked(cells[i]!, CROPS_A_ROW).map((part, line) => ({
      name: '',
      ...(line === 0 && { heading: name }),
      cells: part,
    })),
  );
  await writePictureGrid(path, { columns: Array(CROPS_A_ROW).fill(''), rows });
}

function chunked<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}

function page(): string {
  const header = ['', 'weights', 'file, kB', 'native, ms', 'wasm, ms', ...sets];
  const rows = all.map(({ name, ours, weights, bytes }) => [
    ours ? `**${name}**` : name,
    weights === 0 ? '' : weights.toLocaleString('en'),
    bytes === 0 ? '' : (bytes / 1000).toFixed(0),
    times.native![name]!.toFixed(0),
    times.wasm![name]!.toFixed(0),
    ...sets.map(set => `${scores[set]![name]!.psnr!.toFixed(2)} / ${scores[set]![name]!.ssim!.toFixed(4)}`),
  ]);
  const perceptual = sets.map(set => {
    const columns = ['lpips-alex', 'lpips-squeeze', 'gram-squeeze', 'niqe', 'gradient-strength', 'gradient-error'];
    const each = all.map(({ name, ours }) => [
      ours ? `**${name}**` : name,
      ...columns.map(column => Number(scores[set]![name]![column]!.toPrecision(3)).toString()),
    ]);
    const titles = ['', 'LPIPS alex', 'LPIPS squeeze', 'Gram distance', 'NIQE', 'edges', 'error of edges'];
    return `### ${set}\n\n${markdownTable([titles, ...each])}`;
  });
  const traced = all.map(({ name, ours }) => {
    const grids = traces[name]!.map(({ grid }) => grid);
    const colour = Math.max(...traces[name]!.map(each => each.colour));
    return [ours ? `**${name}**` : name, median(grids).toFixed(1), Math.max(...grids).toFixed(1), colour.toFixed(2)];
  });
  return `# The networks that come along, and others

Written by \`npm run bench -- zoo\`. Enlarging four times; low resolution by MATLAB's bicubic.

## Fidelity, time and size

PSNR (dB) / SSIM on Y, 4 pixels cropped. Milliseconds a megapixel of output: 128 x 128 pixels in one piece, on native TensorFlow and
on one thread of wasm, in turns in one run on two cores; ratios count more than times. Networks that differ by their
weights alone are timed once; the bicubic enlargement is JavaScript in both columns.

${markdownTable([header, ...rows])}

![quality and time](images/zoo-time.svg)

## Perception

Whole pictures (cards and \`sr eval\` crop 4 pixels for LPIPS, too, which gives other third digits); BSD100-dev is half of BSD100, its
50 pictures for development.
LPIPS v0.1, Gram distance of SqueezeNet (literal), NIQE of the luma: lower is better. Edges: the mean of SPSR's gradient map by that
of the original, 1 is as sharp; and how much the maps differ, by the same mean, lower is better.

${perceptual.join('\n\n')}

![distortion and perception](images/zoo-perception.svg)

## Grid and colours

On Set5 and Set14: the power at the frequencies of the enlargement's grid by the power beside them (the median of the pictures, and the
largest; photos themselves have 1.3, and 2.9 at most), and the largest difference of a picture's mean colour from that of its bicubic enlargement, in levels of 255.

${markdownTable([['', 'grid, median', 'grid, largest', 'colour'], ...traced])}

## Details

![details of pictures](images/zoo-crops.webp)
`;
}
