// The reports of the trainings that are kept are what their recipes, logs and cards say.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keptTrainings } from '../tools/trainings/kept-trainings.js';
import { trainingPage } from '../tools/trainings/training-page.js';
import { root } from './support.js';

it('docs/trainings.md is up to date: npm run docs:trainings', async () => {
  const trainings = await keptTrainings();
  const page = readFileSync(join(root, 'docs/trainings.md'), 'utf8');
  expect(page).toBe(trainingPage(trainings));
  const charts = [...page.matchAll(/!\[losses\]\((.+)\)/g)].map(([, path]) => path!);
  expect(charts.length).toBe(trainings.length);
  for (const chart of charts) expect(existsSync(join(root, 'docs', chart)), chart).toBe(true);
});
