/** How the networks that come along learned, as charts. */
import { type Line, lineChart } from '../figures/line-chart.js';
import type { KeptTraining } from './kept-trainings.js';

/** A metric of the photos that were held out, by steps: a line each network, as an SVG file. */
export function validationCurves(
  trainings: readonly KeptTraining[],
  { metric, y }: { readonly metric: string; readonly y: string },
): string {
  const lines = new Map<string, [step: number, score: number][]>();
  for (const { network, log } of trainings) {
    const points = lines.get(network) ?? [];
    lines.set(network, points);
    // The second training of a network goes on where the first ended.
    const before = points.at(-1)?.[0] ?? 0;
    for (const line of log) {
      if (line.type === 'validation') points.push([before + line.iteration, line.scores[metric]!]);
    }
  }
  return lineChart({
    title: `${y} of eight photos held out, while the networks were trained`,
    x: 'steps',
    y,
    lines: [...lines].map(([name, points]): Line => ({ name, points })),
    fromZero: false,
  });
}

/** What the trained network lost, by steps: a line each term, as an SVG file. */
export function lossCurves({ name, log }: KeptTraining): string {
  const steps = log.filter(line => line.type === 'train');
  // Those of discriminators are called by their name and `real`, `fake`.
  const terms = Object.keys(steps[0]!.losses).filter(term => !term.includes('.'));
  return lineChart({
    title: `Losses of ${name}`,
    x: 'steps',
    y: 'loss, before its weight',
    lines: terms.map(name => ({ name, points: steps.map(({ iteration, losses }) => [iteration, losses[name]!]) })),
    logarithmic: terms.length > 1,
    fromZero: false,
  });
}
