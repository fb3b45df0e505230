/**
 * Writes the reports of the trainings that are kept in packages/sr-weights/training: docs/trainings.md with a chart of each, and the
 * curves of docs/zoo.md: npm run docs:trainings.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { keptTrainings } from './trainings/kept-trainings.js';
import { lossCurves, validationCurves } from './trainings/training-curves.js';
import { trainingPage } from './trainings/training-page.js';

/** By which metric curves of which networks are shown together. */
const together = [
  { metric: 'psnr', y: 'PSNR (dB)', of: /^x4-(tiny|small|medium)$/ },
  { metric: 'lpips', y: 'LPIPS', of: /^x4-.*-(adversarial|texture)$/ },
];

const trainings = await keptTrainings();
const charts = 'docs/images/trainings';
rmSync(charts, { recursive: true, force: true });
mkdirSync(charts, { recursive: true });
for (const training of trainings) writeFileSync(`${charts}/${training.name}.svg`, lossCurves(training));
for (const { of, ...chart } of together) {
  const shown = trainings.filter(({ network }) => of.test(network));
  writeFileSync(`docs/images/zoo-training-${chart.metric}.svg`, validationCurves(shown, chart));
}
writeFileSync('docs/trainings.md', trainingPage(trainings));
