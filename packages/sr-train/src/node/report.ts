/** The report of a training as one HTML file that needs nothing else: curves by uPlot, pictures as embedded PNGs. */
import { cropPicture, resizePicture } from 'sr-data';
import { encodePicture } from 'sr-data/node';
import { chartLibrary, escapeHtml, scriptValue } from 'sr-metrics/node';
import type { Picture } from 'sr-tensor';
import type { Recipe } from '../recipe.js';
import type { PictureScores, ValidationPair } from '../validation.js';
import type { JournalEntry } from './journal.js';

/** More points than a curve is wide are averaged. */
const mostPoints = 2000;
/** Pictures that are shown, and the largest side of the part of them (their centre) that is. */
const mostSamples = 4;
const sampleSide = 192;

export interface ReportContent {
  readonly recipe: Recipe;
  readonly entries: readonly JournalEntry[];
  /** What computed, and with what, as label and value. */
  readonly machine: Readonly<Record<string, string>>;
  readonly samples: readonly ReportSample[];
}

/** A validation picture and what was made of it. */
export interface ReportSample {
  readonly name: string;
  readonly scores: Readonly<Record<string, number>>;
  /** What stands beside each other, by what it is, as `shownPicture` gives it. */
  readonly images: Readonly<Record<string, string>>;
}

/** The first few validation pictures with what the network made of them. */
export async function reportSamples(
  pairs: readonly ValidationPair[],
  { pictures }: PictureScores,
  scale: number,
): Promise<ReportSample[]> {
  return Promise.all(
    pairs.slice(0, mostSamples).map(async ({ name, input, target }, i) => {
      const { scores, result } = pictures[i]!;
      const shown = [resizePicture(input, { scale }), result, target].map(shownPicture);
      const [bicubic, network, reference] = (await Promise.all(shown)) as [string, string, string];
      return { name, scores, images: { bicubic, network, reference } };
    }),
  );
}

/** The centre of a picture as a data address. */
export function shownPicture(picture: Picture): Promise<string> {
  return dataAddress(centre(picture));
}

/**
 * Renders the report.
 *
 * @returns HTML that opens from a disk and loads nothing
 */
export async function renderReport({ recipe, entries, machine, samples }: ReportContent): Promise<string> {
  const training = entries.filter(entry => entry.type === 'train');
  const validation = entries.filter(entry => entry.type === 'validation');
  const best = validation.findLast(entry => entry.isBest);
  const last = training.at(-1);
  const iterations = thin(training.map(entry => entry.iteration));
  const names = [...new Set(training.flatMap(entry => Object.keys(entry.losses)))];
  const charts = [
    {
      title: names.length > 1 ? 'Loss, by term' : 'Loss',
      logarithmic: true,
      names,
      data: [iterations, ...names.map(name => thin(training.map(entry => entry.losses[name] ?? Number.NaN)))],
    },
    ...Object.keys(validation[0]?.scores ?? {}).map(name => ({
      title: `Validation: ${name}`,
      names: [name],
      data: [validation.map(entry => entry.iteration), validation.map(entry => entry.scores[name] ?? null)],
    })),
    {
      title: 'Learning rate',
      names: ['learning rate'],
      data: [iterations, thin(training.map(entry => entry.learningRate))],
    },
  ].filter(({ data }) => data[0]!.length > 0);
  const facts = {
    Steps: `${(entries.at(-1)?.iteration ?? 0).toLocaleString('en')} of ${Number(recipe.steps).toLocaleString('en')}`,
    ...(best && { Best: `${listed(best.scores)} after step ${best.iteration.toLocaleString('en')}` }),
    'Training time': duration(entries.at(-1)?.seconds ?? 0),
    ...(last && { 'Waiting for data': `${(100 * last.waiting).toFixed(1)} % of it` }),
    ...machine,
  };
  const { script, style } = await chartLibrary();
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(recipe.name)}: training report</title>
<style>${style}${ownStyle}</style>
<h1>${escapeHtml(recipe.name)}</h1>
<dl>${Object.entries(facts)
    .map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')}</dl>
<main id="charts"></main>
${samples.length > 0 ? `<h2>Pictures that were not trained on</h2>${samples.map(sampleHtml).join('')}` : ''}
<h2>Recipe</h2>
<pre>${escapeHtml(JSON.stringify(recipe, null, 2))}</pre>
<script>${script}</script>
<script>(${drawCharts})(${scriptValue(charts)})</script>
</html>
`;
}

const ownStyle = `
:root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: #666; } dd { margin: 0; }
figure { margin: 1rem 0; } figcaption { color: #666; }
figure div { display: flex; flex-wrap: wrap; gap: .5rem; }
figure label { font-size: .85rem; color: #666; } figure img { display: block; image-rendering: pixelated; }
pre { background: #f4f4f4; padding: 1rem; overflow: auto; }
`;

/** Runs in the page; it stands on its own. */
const drawCharts = `charts => {
  const colors = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf'];
  const digits = value => (value == null ? '' : String(Number(value.toPrecision(4))));
  for (const { title, names, data, logarithmic } of charts) {
    const positive = data.slice(1).flat().every(value => value == null || value > 0);
    new uPlot(
      {
        title,
        width: Math.min(960, document.body.clientWidth - 32),
        height: 280,
        scales: { x: { time: false }, y: logarithmic && positive ? { distr: 3 } : {} },
        axes: [{}, { size: 80, values: (_, ticks) => ticks.map(digits) }],
        series: [
          { label: 'step' },
          ...names.map((label, i) => ({
            label,
            stroke: colors[i % colors.length],
            value: (_, value) => digits(value),
            points: { show: data[0].length < 60 },
          })),
        ],
      },
      data,
      document.getElementById('charts'),
    );
  }
}`;

function sampleHtml({ name, scores, images }: ReportSample): string {
  return `<figure><figcaption>${escapeHtml(name)}: ${escapeHtml(listed(scores))}</figcaption><div>${Object.entries(
    images,
  )
    .map(([label, source]) => `<label>${label}<img alt="${label}" src="${source}"></label>`)
    .join('')}</div></figure>\n`;
}

/** `psnr 31.234, ssim 0.8912` */
function listed(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(5))}`)
    .join(', ');
}

/** Means over as many neighbours as it takes to get few enough points; JSON has no NaN. */
function thin(values: readonly number[]): (number | null)[] {
  const size = Math.ceil(values.length / mostPoints);
  if (size <= 1) return values.map(finiteOrNull);
  const means = [];
  for (let start = 0; start < values.length; start += size) {
    const bucket = values.slice(start, start + size);
    means.push(finiteOrNull(bucket.reduce((sum, value) => sum + value, 0) / bucket.length));
  }
  return means;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function centre(picture: Picture): Picture {
  const width = Math.min(picture.width, sampleSide);
  const height = Math.min(picture.height, sampleSide);
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  return cropPicture(picture, { left, top, width, height });
}

async function dataAddress(picture: Picture): Promise<string> {
  const bytes = await encodePicture({ ...picture, metadata: {} }, { format: 'png' });
  return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
