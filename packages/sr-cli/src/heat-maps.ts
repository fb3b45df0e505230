/** Where pictures differ, as pictures: what `sr metrics --heatmap` writes. */
import { basename, dirname, extname, format, join } from 'node:path';
import { writePicture } from 'sr-data/node';
import { heatMap, type Metric } from 'sr-metrics';
import type { Picture } from 'sr-tensor';
import { UsageError } from './errors.js';
import { hasMap, isPictureRow, type MetricRow, metricTable } from './metric-table.js';
import { makeFolderOf } from './outputs.js';
import type { Case, CasePictures } from './scores.js';

export interface HeatMapChoice {
  /** A file for a pair of files, a folder for folders. */
  readonly out: string;
  readonly isFolder: boolean;
  /** The end of all scales; absent: of each its own. */
  readonly max?: number | undefined;
}

/**
 * Refuses what gives no heat map.
 *
 * @throws `usage/heatmap` with the metrics that do
 */
export function checkHeatMaps(rows: readonly MetricRow[]): void {
  if (rows.some(row => isPictureRow(row) && row.hasMap)) return;
  const able = metricTable.filter(row => isPictureRow(row) && row.hasMap).map(({ name }) => name);
  throw new UsageError('usage/heatmap', `Expected a metric with a map for --heatmap (--metrics): ${able.join(', ')}.`);
}

/**
 * Writes the maps of all metrics that have one.
 *
 * With several such metrics their names stand before the ending: `map.ssim.png`, `map.lpips-alex.png`.
 */
export async function writeHeatMaps(
  { dist, ref }: Case,
  { result, reference }: CasePictures,
  metrics: readonly Metric[],
  { out, isFolder, max }: HeatMapChoice,
): Promise<void> {
  const mapped = metrics.filter(hasMap);
  const path = isFolder ? join(out, `${basename(dist ?? ref!, extname(dist ?? ref!))}.png`) : out;
  for (const metric of mapped) {
    const [map] = await metric.map(result as Picture, reference as Picture);
    // Of similarities, which are 1 for equal pictures, what lacks is shown.
    const ends = metric.direction === 'higher' ? { from: 1, to: 1 - (max ?? 1) } : max === undefined ? {} : { to: max };
    const target = mapped.length > 1 ? named(path, metric.name) : path;
    await makeFolderOf(target);
    await writePicture(target, heatMap(map!, { label: metric.name, ...ends }));
  }
}

function named(path: string, metric: string): string {
  const ext = extname(path);
  return format({ dir: dirname(path), name: `${basename(path, ext)}.${metric}`, ext });
}
