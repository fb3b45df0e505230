/** What `sr metrics` and `sr eval` share: measuring pairs of pictures, and showing the results. */
import { basename } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import {
  collectFeatures,
  defineMetric,
  type EvaluationPair,
  evaluate,
  type FeatureCollector,
  frechetDistance,
  type Images,
  type Metric,
} from 'sr-metrics';
import { type Picture, SrError } from 'sr-tensor';
import { formatError, ReportedError, reportOf } from './errors.js';
import type { InputError } from './inputs.js';
import { isPictureRow, isSetRow, type MetricChoice, metricRows } from './metric-table.js';
import { formatTable, print, printJson } from './output.js';
import { progressBar } from './progress.js';

/** Two pictures to compare, or one to judge, read when its turn comes. */
export interface Case {
  /** null: there is no reference. */
  readonly ref: string | null;
  /** What the result is or comes from; null where that is no file. */
  readonly dist: string | null;
  /** For metrics of pictures there is always a result. */
  read(): Promise<CasePictures>;
}

export interface CasePictures {
  readonly result?: Picture;
  readonly reference?: Picture;
}

export interface ScoreOptions extends MetricChoice {
  readonly metrics: readonly string[];
}

export interface Scores {
  readonly results: readonly (Pick<Case, 'ref' | 'dist'> & Readonly<Record<string, unknown>>)[];
  readonly mean: Readonly<Record<string, number>>;
  /** Of metrics that have one value for all pictures. */
  readonly sets: Readonly<Record<string, number>>;
  readonly errors: readonly InputError[];
}

export interface MeasureOptions {
  readonly signal: AbortSignal;
  /** Pictures that have no partner: errors, too. */
  readonly unpaired: readonly Unpaired[];
  /** Called for each case that has been measured, while its pictures are at hand. */
  readonly onMeasured?: ((of: Case, pictures: CasePictures, metrics: readonly Metric[]) => Promise<void>) | undefined;
}

/** Measures all cases; one that cannot be read or measured does not stop the others. */
export async function measure(
  cases: readonly Case[],
  { metrics, ...choice }: ScoreOptions,
  { signal, unpaired, onMeasured }: MeasureOptions,
): Promise<Scores> {
  const rows = metricRows(metrics);
  const names = new WeakMap<object, string>();
  const nameOf = (picture: Images): string => names.get(picture) ?? '';
  const chosen: Metric[] = [];
  for (const row of rows.filter(isPictureRow)) {
    const metric = await row.open(choice, nameOf);
    chosen.push(choice.check ? checked(metric) : metric);
  }
  const collectors: SetCollector[] = [];
  for (const row of rows.filter(isSetRow)) {
    const network = await row.open(choice);
    collectors.push({ name: row.name, result: collectFeatures(network), reference: collectFeatures(network) });
  }
  const errors: InputError[] = [];
  const failed = new Set<Case>();
  const bar = progressBar('measuring');
  const report = (input: string, error: unknown): void => {
    bar.clear();
    process.stderr.write(`${formatError(error)}\n`);
    errors.push({ input, ...reportOf(error) });
  };
  const fail = (of: Case, error: unknown): void => {
    if (signal.aborted) throw error;
    failed.add(of);
    report(pathOf(of), namingPictures(of, error));
  };
  let begun = 0;

  async function* pairs(): AsyncGenerator<EvaluationPair> {
    for (const [i, each] of cases.entries()) {
      bar.update((100 * begun++) / cases.length, { text: basename(pathOf(each)) });
      try {
        const pictures = await each.read();
        const { result, reference } = pictures;
        if (result !== undefined) names.set(result, pathOf(each));
        for (const collector of collectors) {
          if (result !== undefined) await collector.result.add(result);
          if (reference !== undefined) await collector.reference.add(reference);
        }
        // Without a result there are no metrics of pictures.
        yield { name: String(i), result: result as Picture, ...(reference && { reference }) };
        if (!failed.has(each)) await onMeasured?.(each, pictures, chosen);
      } catch (error) {
        fail(each, error);
      }
    }
  }

  for (const { picture, partner } of unpaired) report(picture, unpairedError(picture, partner));
  const caseOf = (name: string | undefined): Case => cases[Number(name)]!;
  try {
    if (chosen.length === 0) for await (const _ of pairs());
    const { rows: measured, mean } =
      chosen.length === 0
        ? { rows: [], mean: {} }
        : await evaluate(pairs(), chosen, { signal, onError: (error, { name }) => fail(caseOf(name), error) });
    const results = measured.map(({ name, values }) => ({ ref: caseOf(name).ref, dist: caseOf(name).dist, ...values }));
    const sets = collectors.map(({ name, result, reference }): [string, number] => [
      name,
      frechetDistance(result.statistics(), reference.statistics()),
    ]);
    return { results, mean, sets: Object.fromEntries(sets), errors };
  } catch (error) {
    // Each of them has been reported.
    if (errors.length > 0 && reportOf(error).code === 'metrics/pairs')
      return { results: [], mean: {}, sets: {}, errors };
    throw error;
  } finally {
    bar.clear();
  }
}

interface SetCollector extends Record<'result' | 'reference', FeatureCollector> {
  readonly name: string;
}

/** How messages and tables call a case. */
function pathOf({ ref, dist }: Pick<Case, 'ref' | 'dist'>): string {
  return ref ?? dist!;
}

/** The error with the pictures that it is about, unless it names one of them. */
function namingPictures({ ref, dist }: Case, error: unknown): unknown {
  const paths = [dist, ref].filter(path => path !== null);
  if (!SrError.isInstance(error) || paths.some(path => error.message.includes(path))) return error;
  return new SrError({ code: error.code, message: `${paths.join(' and ')}: ${error.message}`, cause: error });
}

/** The same metric; what is no number in its range is an error: NIQE of a flat picture is NaN, for instance. */
function checked(metric: Metric): Metric {
  const { name, direction, range, mode, differentiable, reference } = metric;
  const compute = async (result: Images, target: Images): Promise<Float64Array> => {
    const values = await metric(result, target);
    const wrong = values.find(value => !(value >= range[0] && value <= range[1]));
    if (wrong === undefined) return values;
    throw new SrError({
      code: 'metrics/value',
      message: `${name}: expected a value from ${range[0]} to ${range[1]}, received ${wrong}. Flat pictures have no such value; leave --check out to see it.`,
    });
  };
  const info = { name, direction, range, mode, differentiable, reference };
  return Object.assign(defineMetric(compute, info), 'map' in metric && { map: metric.map });
}

/**
 * Prints a table with the means in its last line, or CSV or JSON.
 *
 * @throws ReportedError if some cases failed
 */
export function printScores({ results, mean, sets, errors }: Scores, { json, csv, about = {} }: PrintOptions): void {
  const failed = errors.length > 0 ? { errors } : {};
  const ofSets = Object.entries(sets);
  if (json) printJson({ ...about, results, mean, ...(ofSets.length > 0 && { sets }), ...failed });
  else if (csv) print(stringify([...results], { header: true }).trimEnd());
  else if (results.length > 0) {
    const names = Object.keys(mean);
    const line = (title: string, values: Readonly<Record<string, unknown>>): string[] => [
      title,
      ...names.map(name => formatValue(values[name] as number)),
    ];
    const rows = results.map(result => line(basename(pathOf(result)), result));
    print(formatTable([['', ...names], ...rows, line(`mean of ${results.length}`, mean)]));
  }
  if (!json && !csv) for (const [name, value] of ofSets) print(`${name}: ${formatValue(value)}`);
  if (errors.length > 0) throw new ReportedError();
}

/** With three or four digits that mean something, however small the value. */
function formatValue(value: number): string {
  const size = Math.abs(value);
  if (size >= 10) return value.toFixed(3);
  return size >= 0.01 || !(size > 0) ? value.toFixed(4) : value.toExponential(3);
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
