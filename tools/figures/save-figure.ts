/** A figure is its numbers, a chart of them, and pictures: three files of one name. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineChart, lineChart } from './line-chart.js';
import { type GridRow, writePictureGrid } from './picture-grid.js';

export interface Figure {
  readonly data: unknown;
  readonly chart?: LineChart | undefined;
  readonly grid?: { readonly columns: readonly string[]; readonly rows: readonly GridRow[] } | undefined;
}

/** Writes NAME.json, NAME.svg and NAME.png into the folder and says so. */
export async function saveFigure(folder: string, name: string, { data, chart, grid }: Figure): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const path = (ending: string): string => join(folder, `${name}.${ending}`);
  writeFileSync(path('json'), `${JSON.stringify(data, undefined, 2)}\n`);
  if (chart !== undefined) writeFileSync(path('svg'), lineChart(chart));
  if (grid !== undefined) await writePictureGrid(path('png'), grid);
  console.log(`${path('json')}${chart ? ', .svg' : ''}${grid ? ', .png' : ''}`);
}
