/** How the networks that come along learned, of the logs that are kept with their recipes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from 'sr-train/node';
import { root } from '../../test/support.js';
import { type Line, lineChart } from '../../tools/figures/line-chart.js';

const folder = join(root, 'packages/sr-weights/training');
const ending = '.log.jsonl';
/** What a training went on from, where it took two. */
const firstPart = '.first';

/** A metric of the photos that were held out, by steps, a line each training whose name fits, as an SVG file. */
export function trainingCurves({
  metric,
  of,
  ...chart
}: {
  /** As validations call it. */
  readonly metric: string;
  readonly title: string;
  readonly y: string;
  readonly of: RegExp;
}): string {
  const names = readdirSync(folder)
    .filter(file => file.endsWith(ending))
    .map(file => file.slice(0, -ending.length))
    .filter(name => of.test(name));
  const lines = names.map((name): Line => ({ name, points: curveOf(name, metric) }));
  return lineChart({ ...chart, x: 'steps', lines, fromZero: false });
}

function curveOf(name: string, metric: string): [step: number, score: number][] {
  const points: [number, number][] = [];
  for (const part of [`${name}${firstPart}`, name]) {
    const path = join(folder, `${part}${ending}`);
    if (!existsSync(path)) continue;
    const before = points.at(-1)?.[0] ?? 0;
    for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
      const entry = JSON.parse(line) as JournalEntry;
      if (entry.type === 'validation') points.push([before + entry.iteration, entry.scores[metric]!]);
    }
  }
  return points;
}
