/**
 * Writes docs/monotony.md: whether the metrics order five levels of six distortions rightly, and how they agree with people.
 *
 * Run from the root by `npm run docs:monotony`, or `npm run docs:monotony -- niqe brisque` to measure these alone and keep the
 * others' figures, which lie in tools/docs/monotony.json. Pictures and networks come from SR_TEST_ASSETS, default ../shared;
 * metrics whose network is not there are left out, and named.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addNoise, cropPicture, resizePicture } from 'sr-data';
import { encodePicture, findPictures, readPicture } from 'sr-data/node';
import {
  type Correlation,
  collectFeatures,
  frechetDistance,
  kendall,
  type Metric,
  type MetricInfo,
  pearson,
  spearman,
} from 'sr-metrics';
import { gaussianBlur, type Picture, pictureToTensor, SrError, tensorToPictures } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { isPictureRow, type MetricRow, metricRows, metricTable } from '../packages/sr-cli/src/metric-table.js';
import { assets, markdownTable } from './docs/golden-cases.js';

process.env.SR_WEIGHTS_DIR = ['weights', 'data/iqa/niqe', 'data/iqa/brisque'].map(path => join(assets, path)).join(':');

/** The least side that every metric takes, NIQE with four blocks. */
const SIDE = 192;
const PICTURES = 20;
/** Every so many pictures of the folder one is taken. */
const STEP = 15;

type Distort = (picture: Picture, level: number) => Promise<Picture> | Picture;

/** Five levels each, from weak to strong. */
const distortions: Record<
  string,
  { readonly levels: readonly number[]; readonly about: string; readonly make: Distort }
> = {
  noise: {
    levels: [5, 10, 20, 35, 60],
    about: 'white Gaussian noise, deviations of 5, 10, 20, 35 and 60 levels',
    make: (picture, deviation) => addNoise(picture, { deviation, seed: 7 }),
  },
  blur: {
    levels: [0.6, 1, 1.6, 2.5, 4],
    about: 'Gaussian blur, deviations of 0.6, 1, 1.6, 2.5 and 4 pixels',
    make: blur,
  },
  jpeg: {
    levels: [80, 50, 30, 15, 7],
    about: 'JPEG of the qualities 80, 50, 30, 15 and 7',
    make: async (picture, quality) => readPicture(await encodePicture(picture, { format: 'jpeg', quality })),
  },
  resolution: {
    levels: [1.5, 2, 3, 4, 6],
    about: 'made smaller 1.5, 2, 3, 4 and 6 times and enlarged again (bicubic)',
    make: (picture, factor) => {
      const side = Math.round(SIDE / factor);
      return resizePicture(resizePicture(picture, { width: side, height: side }), { width: SIDE, height: SIDE });
    },
  },
  contrast: {
    levels: [0.85, 0.7, 0.55, 0.4, 0.25],
    about: 'contrast of 85, 70, 55, 40 and 25 % around middle grey',
    make: (picture, share) => mapped(picture, value => 128 + share * (value - 128)),
  },
  posterise: {
    levels: [24, 12, 8, 5, 3],
    about: '24, 12, 8, 5 and 3 levels a channel',
    make: (picture, levels) =>
      mapped(picture, value => (Math.round((value / 255) * (levels - 1)) * 255) / (levels - 1)),
  },
};

/** Of one metric: neighbouring levels ordered rightly, by distortion, and of how many in each. */
interface Share {
  readonly right: Readonly<Record<string, number>>;
  readonly of: number;
}

const resultsPath = 'tools/docs/monotony.json';
const results: Record<string, Share> = existsSync(resultsPath) ? JSON.parse(readFileSync(resultsPath, 'utf8')) : {};
const rows = metricRows(process.argv.length > 2 ? process.argv.slice(2) : metricTable.map(({ name }) => name));

const { backend } = await selectBackend();
const paths = (await findPictures(join(assets, 'data/train/BSDS400/images')))
  .filter((_, i) => i % STEP === 0)
  .slice(0, PICTURES);
const references = await Promise.all(paths.map(async path => square(await readPicture(path))));
const ladders = await Promise.all(
  Object.entries(distortions).map(async ([name, { levels, make }]) => ({
    name,
    pictures: await Promise.all(levels.map(level => Promise.all(references.map(picture => make(picture, level))))),
  })),
);

for (const row of rows) {
  const share = await measured(row).catch(error => {
    // A network that is nowhere, or what the command line would be given.
    const code = SrError.isInstance(error) ? error.code : (error as { code?: string }).code;
    if (code === 'weights/unavailable' || code === 'usage/missing-option' || code === 'fetch/failed') return undefined;
    throw error;
  });
  if (share === undefined) continue;
  results[row.name] = share;
  writeFileSync(resultsPath, `${JSON.stringify(results, null, 2)}\n`);
  console.log(row.name, Object.values(share.right).join(' '), `of ${share.of}`);
}

async function measured(row: MetricRow): Promise<Share> {
  if (isPictureRow(row)) return shareOfPictures(await row.open({}, () => ''));
  return shareOfSets(row, await row.open({}));
}

/** Of neighbouring levels of one picture: how many are ordered rightly, by distortion. */
async function shareOfPictures(metric: Metric): Promise<Share> {
  const right: Record<string, number> = {};
  for (const { name, pictures } of ladders) {
    const values: Float64Array[] = [];
    for (const level of pictures) {
      const each = level.map(async (picture, i) => (await metric(picture, references[i]!))[0]!);
      values.push(Float64Array.from(await Promise.all(each)));
    }
    right[name] = references.reduce(
      (sum, _, i) =>
        sum +
        ordered(
          values.map(level => level[i]!),
          metric.direction,
        ),
      0,
    );
  }
  return { right, of: references.length * 4 };
}

async function shareOfSets(
  { direction }: Pick<MetricInfo, 'direction'>,
  network: Parameters<typeof collectFeatures>[0],
): Promise<Share> {
  const statisticsOf = async (pictures: readonly Picture[]) => {
    const collector = collectFeatures(network);
    await collector.add(pictures);
    return collector.statistics();
  };
  const reference = await statisticsOf(references);
  const right: Record<string, number> = {};
  for (const { name, pictures } of ladders) {
    const values = [];
    for (const level of pictures) values.push(frechetDistance(await statisticsOf(level), reference));
    right[name] = ordered(values, direction);
  }
  return { right, of: 4 };
}

/** How many of the later values are worse than the one before. */
function ordered(values: readonly number[], direction: MetricInfo['direction']): number {
  const sign = direction === 'lower' ? 1 : -1;
  return values.slice(1).filter((value, i) => sign * (value - values[i]!) > 0).length;
}

// --- Agreement with people -----------------------------------------------------------------------------------------------

const opinions: { file: string; mos: number }[] = JSON.parse(
  readFileSync(join(assets, 'data/iqa/kadis_mos/mos.json'), 'utf8'),
);
const rated = (await findPictures(join(assets, 'data/iqa/kadis_mos'))).flatMap(path => {
  const opinion = opinions.find(({ file }) => path.endsWith(file));
  return opinion === undefined ? [] : [{ path, mos: opinion.mos }];
});
const agreement = [['metric', 'n', 'Pearson', 'Spearman', 'Kendall']];
for (const row of metricTable.filter(isPictureRow).filter(({ mode }) => mode === 'no-reference')) {
  if (results[row.name] === undefined) continue;
  const metric = await row.open({}, () => '');
  const values: number[] = [];
  for (const { path } of rated) values.push((await metric(await readPicture(path), undefined as never))[0]!);
  const mos = rated.map(rating => rating.mos);
  const cells = [pearson, spearman, kendall].map(correlate => withInterval(correlate(values, mos)));
  agreement.push([row.name, String(rated.length), ...cells]);
}

function withInterval({ value, low, high }: Correlation): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

// --- The page ---------------------------------------------------------------------------------------------------------------

const names = Object.keys(distortions);
const reasons: Record<string, string> = JSON.parse(readFileSync('tools/docs/monotony-reasons.json', 'utf8'));
const percent = (right: number, of: number): string => `${((100 * right) / of).toFixed(0)}`;
const shares = metricTable.flatMap(({ name }) => {
  const result = results[name];
  if (result === undefined) return [];
  const { right, of } = result;
  const total = Object.values(right).reduce((sum, value) => sum + value, 0);
  return [{ name, cells: names.map(each => percent(right[each]!, of)), total, of: of * names.length }];
});
const missing = metricTable.map(({ name }) => name).filter(name => results[name] === undefined);
const short = shares.filter(({ total, of }) => total < 0.95 * of);
const unexplained = short.filter(({ name }) => reasonOf(name) === undefined);
writeFileSync(
  'docs/monotony.md',
  `# Monotony

Whether metrics order levels of distortion as they were made. \`npm run docs:monotony\` measures this again and writes this page
(backend here: ${backend}).

${PICTURES} pictures of BSDS500's training and test parts (the middle ${SIDE} x ${SIDE} pixels of every ${STEP}th), six distortions, five levels each:
per metric 480 neighbouring levels, 80 a distortion. The figure is the share, in per cent, of which the stronger one is judged
worse. A metric should have 95 at least.

${names.map(name => `- ${name}: ${distortions[name]!.about}`).join('\n')}

${markdownTable([['metric', ...names, 'all', 'of'], ...shares.map(({ name, cells, total, of }) => [name, ...cells, `${((100 * total) / of).toFixed(1)}${total < 0.95 * of ? ' **below 95**' : ''}`, String(of)])])}

Frechet distances have one value for all pictures of a level, so 4 neighbours a distortion. Not measured, since their
networks or scores were not at hand: ${missing.join(', ')}.

## Why not

${whyNot()}

## Agreement with people

Correlation with the mean opinion scores (higher is better) of ${rated.length} pictures of KADIS-700k that are at hand, each another
picture and distortion; 95 % intervals in brackets. These metrics are lower for better pictures, so that agreement is negative.
Metrics that compare cannot be judged by them: their references are not at hand. The five TID2013 pairs at hand come with values of
metrics, not with opinions (see the calibration). So few pictures carry no verdict.

${markdownTable(agreement)}
`,
);
if (unexplained.length > 0) {
  console.error(
    `Below 95 % without a reason in tools/docs/monotony-reasons.json: ${unexplained.map(({ name }) => name).join(', ')}`,
  );
  process.exitCode = 1;
}

/** A line a reason, after all the metrics whose it is. */
function whyNot(): string {
  const named = new Map<string, string[]>();
  for (const { name } of short) {
    const reason = reasonOf(name) ?? '(not explained yet)';
    named.set(reason, [...(named.get(reason) ?? []), `\`${name}\``]);
  }
  return [...named].map(([reason, names]) => `- ${names.join(', ')}: ${reason}`).join('\n');
}

/** A reason may be that of a family: `tv` is that of \`tv-basicsr\` too. */
function reasonOf(name: string): string | undefined {
  const key = Object.keys(reasons)
    .filter(each => name === each || name.startsWith(`${each}-`))
    .sort((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : reasons[key];
}

function square(picture: Picture): Picture {
  const left = Math.floor((picture.width - SIDE) / 2);
  const top = Math.floor((picture.height - SIDE) / 2);
  return cropPicture(picture, { left, top, width: SIDE, height: SIDE });
}

function mapped(picture: Picture, change: (value: number) => number): Picture {
  return { ...picture, data: Uint8Array.from(picture.data, value => Math.round(change(value))) };
}

async function blur(picture: Picture, sigma: number): Promise<Picture> {
  const tensor = pictureToTensor(picture);
  const blurred = gaussianBlur(tensor, { sigma });
  const [result] = await tensorToPictures(blurred, { bitDepth: 8 });
  tensor.dispose();
  blurred.dispose();
  return result!;
}
