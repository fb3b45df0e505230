/** What `sr metrics` and `sr eval` share: measuring pairs of pictures, and showing the results. */
import { basename } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { type EvaluationPair, evaluate, type Metric } from 'sr-metrics';
import { type Picture, SrError } from 'sr-tensor';
import { formatError, ReportedError, reportOf } from './errors.js';
import type { InputError } from './inputs.js';
import { type MetricChoice, metricRows } from './metric-table.js';
import { formatTable, print, printJson } from './output.js';
import { progressBar } from './progress.js';

/** Two pictures to compare, or one to judge, read when its turn comes. */
export interface Case {
  /** null: there is no reference. */
  readonly ref: string | null;
  /** What the result is or comes from; null where that is no file. */
  readonly dist: string | null;
  read(): Promise<{ result: Picture; reference?: Picture }>;
}

export interface ScoreOptions extends MetricChoice {
  readonly metrics: readonly string[];
}

export interface Scores {
  readonly results: readonly (Pick<Case, 'ref' | 'dist'> & Readonly<Record<string, unknown>>)[];
  readonly mean: Readonly<Record<string, number>>;
  readonly errors: readonly InputError[];
}

/**
 * Measures all cases; one that cannot be read or measured does not stop the others.
 *
 * @param unpaired pictures that have no partner: errors, too
 */
export async function measure(
  cases: readonly Case[],
  { metrics, ...choice }: ScoreOptions,
  { signal, unpaired }: { signal: AbortSignal; unpaired: readonly Unpaired[] },
): Promise<Scores> {
  const chosen: Metric[] = [];
  for (const row of metricRows(metrics)) chosen.push(await row.open(choice));
  const errors: InputError[] = [];
  const bar = progressBar('measuring');
  const fail = (input: string, error: unknown): void => {
    bar.clear();
    process.stderr.write(`${formatError(error)}\n`);
    errors.push({ input, ...reportOf(error) });
  };
  let begun = 0;

  async function* pairs(): AsyncGenerator<EvaluationPair> {
    for (const [i, { ref, dist, read }] of cases.entries()) {
      const path = ref ?? dist!;
      bar.update((100 * begun++) / cases.length, { text: basename(path) });
      try {
        yield { name: String(i), ...(await read()) };
      } catch (error) {
        if (signal.aborted) throw error;
        fail(path, error);
      }
    }
  }

  for (const { picture, partner } of unpaired) fail(picture, unpairedError(picture, partner));
  const caseOf = (name: string | undefined): Case => cases[Number(name)]!;
  try {
    const { rows, mean } = await evaluate(pairs(), chosen, {
      signal,
      onError: (error, { name }) => fail(caseOf(name).ref ?? caseOf(name).dist!, error),
    });
    const results = rows.map(({ name, values }) => ({ ref: caseOf(name).ref, dist: caseOf(name).dist, ...values }));
    return { results, mean, errors };
  } catch (error) {
    // Each of them has been reported.
    if (errors.length > 0 && reportOf(error).code === 'metrics/pairs') return { results: [], mean: {}, errors };
    throw error;
  } finally {
    bar.clear();
  }
}

/**
 * Prints a table with the means in its last line, or CSV or JSON.
 *
 * @throws ReportedError if some cases failed
 */
export function printScores({ results, mean, errors }: Scores, { json, csv, about = {} }: PrintOptions): void {
  const failed = errors.length > 0 ? { errors } : {};
  if (json) printJson({ ...about, results, mean, ...failed });
  else if (csv) print(stringify([...results], { header: true }).trimEnd());
  else if (results.length > 0) {
    const names = Object.keys(mean);
    const line = (title: string, values: Readonly<Record<string, unknown>>): string[] => [
      title,
      ...names.map(name => (values[name] as number).toFixed(name === 'psnr' ? 3 : 4)),
    ];
    const rows = results.map(result => line(basename(result.ref ?? result.dist!), result));
    print(formatTable([['', ...names], ...rows, line(`mean of ${results.length}`, mean)]));
  }
  if (errors.length > 0) throw new ReportedError();
}

export interface PrintOptions {
  readonly json?: boolean | undefined;
  readonly csv?: boolean | undefined;
  /** What the results belong to; part of the JSON. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/** A picture without a partner, and what it looked for. */
export interface Unpaired {
  readonly picture: string;
  readonly partner: string;
}

function unpairedError(picture: string, partner: string): SrError {
  return new SrError({ code: 'picture/unpaired', message: `${picture}: expected ${partner}, found none.` });
}
