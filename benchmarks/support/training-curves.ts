/** How the networks that come along learned, of the logs that are kept with their recipes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../test/support.js';
import { type Line, lineChart } from '../../tools/figures/line-chart.js';

const folder = join(root, 'packages/sr-weights/training');
const ending = '.log.jsonl';
/** What a training went on from, where it took two. */
const firstPart = '.first';

type Scores = Readonly<Record<string, number>>;

/** A metric of the photos that were held out, by the steps of all trainings that validated by it, as an SVG file. */
export function trainingCurves({
  metric,
  ...chart
}: {
  /** As validations call it. */
  readonly metric: string;
  readonly title: string;
  readonly y: string;
  /** Which trainings. */
  readonly of: RegExp;
}): string {
  const names = readdirSync(folder)
    .filter(file => file.endsWith(ending) && !file.includes(firstPart))
    .map(file => file.slice(0, -ending.length));
  const lines = names
    .filter(name => chart.of.test(name))
    .map((name): Line => ({ name, points: curveOf(name, metric) }));
  return lineChart({ ...chart, x: 'steps', lines, fromZero: false });
}

function curveOf(name: string, metric: string): [step: number, score: number][] {
  const points: [number, number][] = [];
  let before = 0;
  for (const part of [`${name}${firstPart}`, name]) {
    const path = join(folder, `${part}${ending}`);
    if (!existsSync(path)) continue;
    const validations = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { type: string; iteration: number; scores: Scores })
      .filter(({ type }) => type === 'validation');
    points.push(...validations.map(({ iteration, scores }): [number, number] => [before + iteration, scores[metric]!]));
    before = points.at(-1)![0];
  }
  return points;
}
