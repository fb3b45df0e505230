/** `sr metrics`. */
import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { findPictures, pairByName, readPicture } from 'sr-data/node';
import { renderMetricsReport } from 'sr-metrics/node';
import { selectBackend } from 'sr-tensor/backend';
import { UsageError } from '../errors.js';
import { checkHeatMaps, writeHeatMaps } from '../heat-maps.js';
import { interruptible } from '../interruptible.js';
import { isPictureRow, isSetRow, type MetricRow, metricRows, metricTable } from '../metric-table.js';
import type { BackendChoice } from '../options.js';
import { formatTable, print, printJson } from '../output.js';
import { makeFolderOf } from '../outputs.js';
import {
  type Case,
  type MeasureOptions,
  measure,
  printScores,
  type ScoreOptions,
  type Scores,
  type Unpaired,
} from '../scores.js';

export interface MetricsOptions extends ScoreOptions {
  readonly ref?: string;
  readonly dist?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly list?: boolean;
  readonly heatmap?: string;
  readonly heatmapMax?: number;
  readonly report?: string;
  readonly backend: BackendChoice;
}

export async function metrics({ ref, dist, ...options }: MetricsOptions): Promise<void> {
  if (options.list) return printList(options.json ?? false);
  if (dist === undefined) throw new UsageError('usage/missing-option', 'Expected --dist: what is to be measured.');
  const rows = metricRows(options.metrics);
  checkOptions(rows, ref, options);
  const scores = await interruptible(async signal => {
    const { cases, unpaired, isFolder } = rows.every(isSetRow)
      ? await findSets(ref!, dist, signal)
      : await findCases(ref, dist, signal);
    await selectBackend({ backend: options.backend });
    const { heatmap: out, heatmapMax: max } = options;
    const onMeasured: MeasureOptions['onMeasured'] =
      out === undefined ? undefined : (...measured) => writeHeatMaps(...measured, { out, isFolder, max });
    return measure(cases, options, { signal, unpaired, onMeasured });
  });
  if (options.report !== undefined) await writeReport(options.report, scores, rows, { ref, dist });
  printScores(scores, options);
}

function printList(json: boolean): void {
  const rows = metricTable.map(({ name, direction, range, mode, about }) => ({ name, direction, range, mode, about }));
  if (json) {
    printJson({ metrics: rows });
    return;
  }
  const end = (value: number): string => (Number.isFinite(value) ? String(value) : value > 0 ? '∞' : '-∞');
  print(
    formatTable([
      ['metric', 'better', 'range', 'mode', ''],
      ...rows.map(({ name, direction, range, mode, about }) => [
        name,
        direction,
        `${end(range[0])} to ${end(range[1])}`,
        mode,
        about,
      ]),
    ]),
  );
}

function checkOptions(rows: readonly MetricRow[], ref: string | undefined, options: Omit<MetricsOptions, 'ref'>): void {
  const needs = rows.find(({ mode }) => mode !== 'no-reference');
  if (ref === undefined && needs !== undefined) {
    throw new UsageError('usage/missing-option', `Expected --ref: "${needs.name}" compares with a reference.`);
  }
  const set = rows.find(isSetRow);
  if (options.csv && set !== undefined) {
    throw new UsageError('usage/csv', `"${set.name}" is one value for two folders, no column of --csv. Take --json.`);
  }
  if (options.heatmap !== undefined) checkHeatMaps(rows);
}

interface Cases {
  readonly cases: readonly Case[];
  readonly unpaired: readonly Unpaired[];
  readonly isFolder: boolean;
}

async function findCases(ref: string | undefined, dist: string, signal: AbortSignal): Promise<Cases> {
  if (ref === undefined) {
    const paths = await findPictures(dist);
    return { cases: paths.map(path => alone('result', path, signal)), unpaired: [], isFolder: await isFolder(dist) };
  }
  const { pairs, unpaired, ...more } = await pairUp(ref, dist);
  const cases = pairs.map(
    ([reference, result]): Case => ({
      ref: reference,
      dist: result,
      read: async () => ({
        result: await readPicture(result, { signal }),
        reference: await readPicture(reference, { signal }),
      }),
    }),
  );
  return { cases, unpaired, ...more };
}

/** For metrics of whole sets names do not matter, nor whether there are as many. */
async function findSets(ref: string, dist: string, signal: AbortSignal): Promise<Cases> {
  const [references, results] = [await findPictures(ref), await findPictures(dist)];
  const cases = [
    ...results.map(path => alone('result', path, signal)),
    ...references.map(path => alone('reference', path, signal)),
  ];
  return { cases, unpaired: [], isFolder: true };
}

function alone(role: 'result' | 'reference', path: string, signal: AbortSignal): Case {
  return {
    ref: role === 'reference' ? path : null,
    dist: role === 'result' ? path : null,
    read: async () => ({ [role]: await readPicture(path, { signal }) }),
  };
}

async function pairUp(
  ref: string,
  dist: string,
): Promise<{ pairs: readonly (readonly [ref: string, dist: string])[] } & Pick<Cases, 'unpaired' | 'isFolder'>> {
  const folders = await Promise.all([ref, dist].map(isFolder));
  if (folders[0] !== folders[1]) {
    // One that is not there is neither.
    for (const path of [ref, dist]) await findPictures(path);
    const [folder, file] = folders[0] ? ['--ref', '--dist'] : ['--dist', '--ref'];
    throw new UsageError(
      'usage/pair',
      `Expected two files or two folders, received a folder for ${folder} and a file for ${file}.`,
    );
  }
  if (!folders[0]) return { pairs: [[ref, dist]], unpaired: [], isFolder: false };
  const { pairs, alone } = pairByName(await findPictures(ref), await findPictures(dist));
  const unpaired = alone.map(picture => ({ picture, partner: 'a picture of the same name in the other folder' }));
  return { pairs, unpaired, isFolder: true };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function writeReport(
  path: string,
  { results, sets, errors }: Scores,
  rows: readonly MetricRow[],
  { ref, dist }: { ref: string | undefined; dist: string },
): Promise<void> {
  const columns = rows.filter(isPictureRow);
  const html = await renderMetricsReport({
    title: basename(dist),
    about: [
      ref === undefined ? dist : `${dist} against ${ref}`,
      ...(errors.length > 0 ? [`${errors.length} could not be measured: ${errors.map(e => e.input).join(', ')}`] : []),
    ],
    metrics: columns,
    rows: results.map(result => ({
      name: basename(result.dist ?? result.ref!),
      values: Object.fromEntries(columns.map(({ name }) => [name, result[name] as number])),
    })),
    sets,
  });
  await makeFolderOf(path);
  await writeFile(path, html);
}
