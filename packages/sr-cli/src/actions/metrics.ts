/** `sr metrics`. */
import { stat } from 'node:fs/promises';
import { findPictures, pairByName, readPicture } from 'sr-data/node';
import { selectBackend } from 'sr-tensor/backend';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { metricRows, metricTable } from '../metric-table.js';
import type { BackendChoice } from '../options.js';
import { formatTable, print, printJson } from '../output.js';
import { type Case, measure, printScores, type ScoreOptions, type Unpaired } from '../scores.js';

export interface MetricsOptions extends Omit<ScoreOptions, 'cropBorder'> {
  readonly ref?: string;
  readonly dist?: string;
  readonly cropBorder?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly list?: boolean;
  readonly backend: BackendChoice;
}

export async function metrics({ ref, dist, cropBorder = 0, ...options }: MetricsOptions): Promise<void> {
  if (options.list) return printList(options.json ?? false);
  if (dist === undefined) throw new UsageError('usage/missing-option', 'Expected --dist: what is to be measured.');
  checkReference(options.metrics, ref);
  const scores = await interruptible(async signal => {
    const { cases, unpaired } = await findCases(ref, dist, signal);
    await selectBackend({ backend: options.backend });
    return measure(cases, { ...options, cropBorder }, { signal, unpaired });
  });
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
      ['metric', 'better', 'range', 'reference', ''],
      ...rows.map(({ name, direction, range, mode, about }) => [
        name,
        direction,
        `${end(range[0])} to ${end(range[1])}`,
        mode === 'full-reference' ? 'needed' : 'none',
        about,
      ]),
    ]),
  );
}

function checkReference(names: readonly string[], ref: string | undefined): void {
  const needs = metricRows(names).find(({ mode }) => mode === 'full-reference');
  if (ref !== undefined || needs === undefined) return;
  throw new UsageError('usage/missing-option', `Expected --ref: "${needs.name}" compares with a reference.`);
}

async function findCases(
  ref: string | undefined,
  dist: string,
  signal: AbortSignal,
): Promise<{ cases: readonly Case[]; unpaired: readonly Unpaired[] }> {
  if (ref === undefined) {
    const paths = await findPictures(dist);
    const alone = (path: string): Case => ({
      ref: null,
      dist: path,
      read: async () => ({ result: await readPicture(path, { signal }) }),
    });
    return { cases: paths.map(alone), unpaired: [] };
  }
  const { pairs, unpaired } = await pairUp(ref, dist);
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
  return { cases, unpaired };
}

async function pairUp(
  ref: string,
  dist: string,
): Promise<{ pairs: readonly (readonly [ref: string, dist: string])[]; unpaired: readonly Unpaired[] }> {
  const folders = await Promise.all([ref, dist].map(isFolder));
  if (folders[0] !== folders[1]) {
    const [folder, file] = folders[0] ? ['--ref', '--dist'] : ['--dist', '--ref'];
    throw new UsageError(
      'usage/pair',
      `Expected two files or two folders, received a folder for ${folder} and a file for ${file}.`,
    );
  }
  if (!folders[0]) return { pairs: [[ref, dist]], unpaired: [] };
  const { pairs, alone } = pairByName(await findPictures(ref), await findPictures(dist));
  const unpaired = alone.map(picture => ({ picture, partner: 'a picture of the same name in the other folder' }));
  return { pairs, unpaired };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
