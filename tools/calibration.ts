/**
 * Writes docs/calibration.md: how far the metrics of sr-metrics are from other implementations, on the same pictures.
 *
 * Run from the root by `npm run docs:calibration`. Pictures and networks come from SR_TEST_ASSETS, default ../shared; the
 * other implementations' values from the JSON that tools/oracles wrote. What deviates more than is allowed is marked in the
 * page, and the command fails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  colorMoments,
  gmsd,
  histogramDistance,
  type Images,
  type LpipsNetwork,
  loadBrisque,
  loadDists,
  loadLpips,
  loadNiqe,
  lpips,
  lpipsLayers,
  msSsim,
  psnr,
  ssim,
  totalVariation,
  vif,
  vifp,
} from 'sr-metrics';
import type { Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { randomWeights } from '../packages/sr-tensor/src/testing/random-weights.js';
import { assets, markdownTable, middle, readAsset, readGolden } from './docs/golden-cases.js';

process.env.SR_WEIGHTS_DIR = ['weights', 'data/iqa/niqe', 'data/iqa/brisque'].map(path => join(assets, path)).join(':');
const { backend } = await selectBackend();

/** What a row of the first table says. */
interface Comparison {
  readonly metric: string;
  readonly against: string;
  readonly allowed: number;
  /** Allowed of the other value; else in the metric's own unit. */
  readonly relative?: boolean;
  /** Where values come near 0, this much is taken as the other value. */
  readonly least?: number;
}

const rows = [['metric', 'against', 'pictures or pairs', 'allowed', 'largest deviation', 'of', '']];
const failures: string[] = [];

/** Measures all cases and adds a row. */
async function compare<Case extends { name: string }>(
  { metric, against, allowed, relative = false, least = 0 }: Comparison,
  cases: readonly Case[],
  measure: (each: Case) => Promise<readonly [ours: number, theirs: number]>,
): Promise<void> {
  let [largest, where] = [0, ''];
  for (const each of cases) {
    const [ours, theirs] = await measure(each);
    const deviation = Math.abs(ours - theirs) / (relative ? Math.max(least, Math.abs(theirs)) : 1);
    // NaN is as far as can be.
    if (!(deviation < largest)) [largest, where] = [deviation, each.name];
  }
  const met = largest <= allowed;
  if (!met) failures.push(`${metric}: ${largest} of ${where}`);
  const unit = metric === 'PSNR' ? ' dB' : '';
  const of = (value: number): string => (relative ? `${shortly(100 * value)} %` : `${shortly(value)}${unit}`);
  rows.push([metric, against, String(cases.length), of(allowed), of(largest), where, met ? 'met' : '**missed**']);
  console.log(rows.at(-1)!.join('  '));
}

/** Pairs of a golden file, their pictures read. */
async function pairsOf(golden: { cases: GoldenPair[] }): Promise<Pair[]> {
  return Promise.all(
    golden.cases.map(async values => ({
      values,
      name: nameOf(values.result, values.area),
      pictures: [
        await readAsset(values.result, values.sha256[0], values.area),
        await readAsset(values.reference, values.sha256[1], values.area),
      ] as const,
    })),
  );
}

interface GoldenPair {
  readonly result: string;
  readonly reference: string;
  readonly sha256: readonly [string, string];
  readonly area?: readonly [number, number, number, number];
  // biome-ignore lint/suspicious/noExplicitAny: each file has its own values
  readonly [value: string]: any;
}

interface Pair {
  readonly name: string;
  readonly values: GoldenPair;
  readonly pictures: readonly [result: Picture, reference: Picture];
}

const classic = readGolden('full-reference');
const classicPairs = await pairsOf(classic);
const { 'scikit-image': skimage, piq } = classic.tools;
const one = async (values: Promise<Float64Array>): Promise<number> => (await values)[0]!;

const byName = (metric: string, against: string, allowed: number) => ({ metric, against, allowed });
await compare(byName('PSNR', `scikit-image ${skimage}`, 1e-4), classicPairs, async ({ pictures, values }) => [
  await one(psnr(...pictures)),
  values.psnr,
]);
await compare(byName('SSIM', `scikit-image ${skimage}`, 1e-6), classicPairs, async ({ pictures, values }) => [
  await one(ssim(...pictures)),
  values.ssim,
]);
await compare(byName('MS-SSIM', `piq ${piq}`, 1e-5), classicPairs, async ({ pictures, values }) => [
  await one(msSsim(...pictures, { preset: 'piq' })),
  values.msSsim,
]);
await compare(byName('VIFp', `piq ${piq}`, 1e-5), classicPairs, async ({ pictures, values }) => [
  await one(vifp(...pictures)),
  values.vifp,
]);
await compare(byName('GMSD', `piq ${piq}`, 1e-5), classicPairs, async ({ pictures, values }) => [
  await one(gmsd(...pictures)),
  values.gmsd,
]);
for (const preset of ['piq-l1', 'piq-l2', 'piq-l2-squared'] as const) {
  const about = { ...byName(`total variation, ${preset}`, `piq ${piq}`, 1e-5), relative: true };
  await compare(about, classicPairs, async ({ pictures: [result], values }) => [
    await one(totalVariation(result, undefined, { preset })),
    values.totalVariation[preset],
  ]);
}

const wavelets = readGolden('vif');
await compare(
  byName('VIF, wavelets', `pyrtools ${wavelets.tools.pyrtools}`, 1e-6),
  await pairsOf(wavelets),
  async ({ pictures, values }) => [await one(vif(...pictures)), values.vif],
);

const colors = readGolden('distributions');
const colorPairs = await pairsOf(colors);
await compare(
  byName('colour moments', `NumPy ${colors.tools.numpy}`, 1e-9),
  colorPairs,
  async ({ pictures, values }) => [await one(colorMoments(...pictures)), values.colorMoments],
);
for (const preset of ['earth-mover', 'chi-square', 'hellinger', 'intersection'] as const) {
  await compare(
    byName(`histogram, ${preset}`, `SciPy ${colors.tools.scipy}`, 1e-9),
    colorPairs,
    async ({ pictures, values }) => [
      // The earth mover's distance of 8-bit levels is that of the values.
      await one(histogramDistance(...pictures, preset === 'earth-mover' ? {} : { preset, bins: colors.bins })),
      values.histograms[preset],
    ],
  );
}

const perceptual = readGolden('lpips');
const perceptualPairs = await pairsOf(perceptual);
for (const network of ['alex', 'squeeze', 'vgg'] as const) {
  for (const version of ['0.1', '0.0'] as const) await compareLpips(network, version);
}

async function compareLpips(network: LpipsNetwork, version: '0.1' | '0.0'): Promise<void> {
  const isVgg = network === 'vgg';
  // Without a download there are only random weights, drawn alike on both sides.
  const metric = await loadLpips({ network, version, ...(isVgg && { weights: randomWeights(perceptual.vgg.seed) }) });
  const baseline = lpips({ encoder: metric.encoder, layers: lpipsLayers[network], linear: 'none' });
  for (const kind of ['linear', 'baseline'] as const) {
    const name = `LPIPS ${version}, ${network}, ${kind}${isVgg ? ', random network' : ''}`;
    await compare(
      byName(name, `lpips ${perceptual.tools.lpips}`, perceptual.tolerance),
      perceptualPairs,
      async ({ pictures, values }) => {
        const [a, b] = isVgg ? pictures.map(picture => middle(picture, perceptual.vgg.side)) : pictures;
        const value = await one((kind === 'linear' ? metric : baseline)(a!, b!));
        return [value, values.values[`${network} v${version} ${kind}`]];
      },
    );
  }
  metric.dispose();
}

const structure = readGolden('feature-distances');
const texture = await loadDists({ weights: randomWeights(structure.seed) });
await compare(
  byName('DISTS, random network', `piq ${structure.tools.piq}`, structure.tolerance),
  await pairsOf(structure),
  async ({ pictures, values }) => {
    const [a, b] = pictures.map(picture => middle(picture, structure.side));
    return [await one(texture(a!, b!)), values.dists];
  },
);
texture.dispose();

const alone = readGolden('no-reference');
const naturalness = await loadNiqe();
const blind = await loadBrisque();
const judged = await Promise.all(
  alone.cases.map(
    async (values: { picture: string; sha256: string; area?: never; brisque: number; niqe?: number }) => ({
      values,
      name: nameOf(values.picture, values.area),
      picture: await readAsset(values.picture, values.sha256, values.area),
    }),
  ),
);
const toolsAlone = `piq ${alone.tools.piq}, SciPy ${alone.tools.scipy}`;
await compare(
  { ...byName('NIQE', toolsAlone, 1e-3), relative: true },
  judged.filter(({ values }) => values.niqe !== undefined),
  async ({ picture, values }) => [await one(naturalness(picture)), values.niqe],
);
await compare(
  { ...byName('BRISQUE (of 10 where below)', toolsAlone, 1e-3), relative: true, least: 10 },
  judged,
  async ({ picture, values }) => [await one(blind(picture)), values.brisque],
);

// --- What others have published ---------------------------------------------------------------------------------------

const known = [['metric', 'picture', 'published', 'here', 'deviation']];
const addKnown = async (metric: string, picture: string, published: number, value: Promise<Float64Array>) => {
  const here = await one(value);
  known.push([metric, picture, String(published), here.toFixed(4), shortly(Math.abs(here - published))]);
};
const alex = await loadLpips({ network: 'alex' });
const example = (name: string): Promise<Picture> => readAsset(`data/iqa/lpips_examples/${name}.png`);
for (const [name, value] of [
  ['ex_p0', 0.722],
  ['ex_p1', 0.138],
] as const) {
  await addKnown(
    'LPIPS 0.1, alex',
    `lpips_examples/${name}`,
    value,
    alex(await example(name), await example('ex_ref')),
  );
}
const baboon = await readAsset('data/iqa/niqe/baboon.png');
await addKnown('NIQE (luma)', 'niqe/baboon', 5.7296, naturalness(baboon));
const [goldhill, goldhillJpeg] = [
  await readAsset('data/iqa/piq/goldhill.gif'),
  await readAsset('data/iqa/piq/goldhill_jpeg.gif'),
];
await addKnown('BRISQUE', 'piq/goldhill', 8.4255, blind(goldhill));
await addKnown('BRISQUE', 'piq/I01', 10.2594, blind(await readAsset('data/iqa/piq/I01.BMP')));
await addKnown('SSIM', 'piq/goldhill_jpeg', 0.6824, ssim(goldhillJpeg, goldhill));
await addKnown(
  'SSIM, downsampled',
  'piq/goldhill_jpeg',
  0.8202,
  ssim(goldhillJpeg, goldhill, { preset: 'downsample' }),
);
await addKnown('VIFp', 'piq/goldhill_jpeg', 0.2665, vifp(goldhillJpeg, goldhill));

/** pyiqa's calibration on five pairs of TID2013: its own column and that of the authors' programs. */
const tidNames = ['I03', 'I04', 'I06', 'I08', 'I19'];
const tidPairs = await Promise.all(
  tidNames.map(async name => [
    await readAsset(`data/iqa/pyiqa/dist_dir/${name}.bmp`),
    await readAsset(`data/iqa/pyiqa/ref_dir/${name}.bmp`),
  ]),
);
const grey = { channel: 'grey', roundLuma: true } as const;
type Measure = (result: Images, reference: Images) => Promise<Float64Array>;
/** What a value is held to and how far it may be from it; undefined: only shown. */
type Target = (pyiqa: number, official: number) => readonly [expected: number, allowed: number] | undefined;
const tid: readonly (readonly [name: string, column: string, measure: Measure, target: Target])[] = [
  ['PSNR', 'psnr', (a, b) => psnr(a, b), (_, official) => [official, 0.005]],
  ['SSIM (grey)', 'ssim', (a, b) => ssim(a, b, grey), (_, official) => [official, 1e-4]],
  ['VIF, wavelets', 'vif', (a, b) => vif(a, b, { roundLuma: true }), (_, official) => [official, 1e-3]],
  ['GMSD', 'gmsd', (a, b) => gmsd(a, b, { roundLuma: true }), (_, official) => [official, 1e-5]],
  ['LPIPS 0.1, alex', 'lpips', (a, b) => alex(a, b), pyiqa => [pyiqa, 2e-4]],
  [
    'NIQE (grey), preset pyiqa',
    'niqe',
    a => naturalness(a, undefined, { channel: 'grey', preset: 'pyiqa' }),
    pyiqa => [pyiqa, 0.01 * pyiqa],
  ],
  ['NIQE (grey)', 'niqe', a => naturalness(a, undefined, { channel: 'grey' }), () => undefined],
  [
    'BRISQUE, preset pyiqa',
    'brisque',
    a => blind(a, undefined, { preset: 'pyiqa' }),
    pyiqa => [pyiqa, Math.max(0.1, 0.01 * Math.abs(pyiqa))],
  ],
  ['BRISQUE', 'brisque', a => blind(a), () => undefined],
];
const tidRows = [['metric', 'picture', 'here', 'pyiqa', 'gap', 'authors’ program', 'gap', 'allowed', '']];
for (const [metric, column, measure, targetOf] of tid) {
  const official = columnOf('results_official.csv', column);
  const pyiqa = columnOf('calibration_summary.csv', `${column}(ours)`);
  for (const [i, [result, reference]] of tidPairs.entries()) {
    const value = await one(measure(result!, reference!));
    const target = targetOf(pyiqa[i]!, official[i]!);
    const met = target === undefined || Math.abs(value - target[0]) <= target[1];
    if (!met) failures.push(`${metric} of ${tidNames[i]}: ${value}, expected ${target[0]}`);
    tidRows.push([
      metric,
      tidNames[i]!,
      value.toFixed(4),
      String(pyiqa[i]),
      signed(value - pyiqa[i]!),
      String(Number(official[i]!.toFixed(6))),
      signed(value - official[i]!),
      target === undefined ? '' : `${shortly(target[1])} of ${target[0] === official[i] ? 'the authors’' : 'pyiqa’s'}`,
      target === undefined ? '' : met ? 'met' : '**missed**',
    ]);
  }
}
alex.dispose();

function columnOf(file: string, method: string): number[] {
  const lines = readFileSync(join(assets, 'data/iqa/pyiqa', file), 'utf8').split('\n');
  const row = lines.map(line => line.trim().split(',')).find(([name]) => name === method);
  if (row === undefined) throw new Error(`${file}: no row "${method}".`);
  return row.slice(1).map(Number);
}

function nameOf(path: string, area?: readonly number[]): string {
  const name = path.replace(/^.*\//, '').replace(/\.\w+$/, '');
  return area === undefined ? name : `${name} at ${area.join(' ')}`;
}

function shortly(value: number): string {
  return value === 0
    ? '0'
    : value >= 0.01 && value < 1000
      ? String(Number(value.toPrecision(2)))
      : value.toExponential(0);
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${shortly(Math.abs(value))}`;
}

writeFileSync(
  'docs/calibration.md',
  `# Calibration

How far the metrics of \`sr-metrics\` are from other implementations. \`npm run docs:calibration\` measures this again and writes
this page (backend here: ${backend}). The other implementations' values were made by the scripts in \`tools/oracles\`; the JSON in
\`packages/sr-metrics/src/golden\` names tools, versions, pictures and their SHA-256. Pictures are parts (left, top, width,
height) of TID2013 by way of IQA-PyTorch, piq and BRISQUE, of KADIS-700k, of Set14, and of published results of EnhanceNet,
SRCNN and ESRGAN. The Gram distance has its own table in \`packages/gram-perceptual-metric/README.md\`.

## Against other programs

${markdownTable(rows)}

"Random network" means weights that both sides draw alike from a counter: VGG-16's real ones are a download of 528 MB. PSNR and
SSIM are of all three channels, or of the one of a grey picture; MS-SSIM is of the preset \`piq\`.

## Against published figures

${markdownTable(known)}

The figures of LPIPS are of its authors' page, BRISQUE's, SSIM's and VIFp's of the MATLAB programs by way of piq's tests, NIQE's
of MATLAB by way of BasicSR.

## Against pyiqa and the authors' programs, on TID2013

The five pairs of [pyiqa's calibration](https://github.com/chaofengc/IQA-PyTorch/tree/main/ResultsCalibra) with its own column
and that of the authors' programs (mostly MATLAB), both as printed.

${markdownTable(tidRows)}

${readFileSync('tools/docs/calibration-notes.md', 'utf8').trim()}
`,
);
if (failures.length > 0) {
  console.error(`Beyond what is allowed:\n${failures.join('\n')}`);
  process.exitCode = 1;
}
