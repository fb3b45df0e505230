/** What `sr metrics` and `sr eval` share: measuring pairs of pictures, and showing the results. */
import { basename } from 'node:path';
import { type EvaluationPair, evaluate, type Metric, psnr, ssim, withOptions } from 'sr-metrics';
import { type Picture, SrError } from 'sr-tensor';
import { formatError, ReportedError, reportOf } from './errors.js';
import type { InputError } from './inputs.js';
import type { MetricName } from './options.js';
import { formatTable, print, printJson } from './output.js';
import { progressBar } from './progress.js';

/** Two pictures to compare, read when their turn comes. */
export interface Case {
  readonly ref: string;
  /** What the result is or comes from; null where that is no file. */
  readonly dist: string | null;
  read(): Promise<{ result: Picture; reference: Picture }>;
}

export interface ScoreOptions {
  readonly metrics: readonly MetricName[];
  readonly channel: 'y' | 'rgb';
  readonly cropBorder: number;
}

export interface Scores {
  readonly results: readonly ({ readonly ref: string; readonly dist: string | null } & Readonly<
    Record<string, unknown>
  >)[];
  readonly mean: Readonly<Record<string, number>>;
  readonly errors: readonly InputError[];
}

const available: Readonly<Record<MetricName, Metric>> = { psnr, ssim };

/**
 * Measures all cases; one that cannot be read or measured does not stop the others.
 *
 * @param unpaired pictures that have no partner: errors, too
 */
export async function measure(
  cases: readonly Case[],
  { metrics, channel, cropBorder }: ScoreOptions,
  { signal, unpaired }: { signal: AbortSignal; unpaired: readonly Unpaired[] },
): Promise<Scores> {
  const errors: InputError[] = [];
  const bar = progressBar('measuring');
  const fail = (input: string, error: unknown): void => {
    bar.clear();
    process.stderr.write(`${formatError(error)}\n`);
    errors.push({ input, ...reportOf(error) });
  };
  let begun = 0;

  async function* pairs(): AsyncGenerator<EvaluationPair> {
    for (const { ref, read } of cases) {
      bar.update((100 * begun++) / cases.length, { text: basename(ref) });
      try {
        yield { name: ref, ...(await read()) };
      } catch (error) {
        if (signal.aborted) throw error;
        fail(ref, error);
      }
    }
  }

  for (const { picture, partner } of unpaired) fail(picture, unpairedError(picture, partner));
  const chosen = metrics.map(name => withOptions(available[name], { channel, cropBorder }));
  const distOf = new Map(cases.map(({ ref, dist }) => [ref, dist]));
  try {
    const { rows, mean } = await evaluate(pairs(), chosen, {
      signal,
      onError: (error, { name }) => fail(name!, error),
    });
    const results = rows.map(({ name, values }) => ({ ref: name, dist: distOf.get(name) ?? null, ...values }));
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
 * Prints a table with the means in its last line, or JSON.
 *
 * @throws ReportedError if some cases failed
 */
export function printScores({ results, mean, errors }: Scores, { json, about = {} }: PrintOptions): void {
  const failed = errors.length > 0 ? { errors } : {};
  if (json) printJson({ ...about, results, mean, ...failed });
  else if (results.length > 0) {
    const names = Object.keys(mean);
    const line = (title: string, values: Readonly<Record<string, unknown>>): string[] => [
      title,
      ...names.map(name => (values[name] as number).toFixed(name === 'psnr' ? 3 : 4)),
    ];
    const rows = results.map(result => line(basename(result.ref), result));
    print(formatTable([['', ...names], ...rows, line(`mean of ${results.length}`, mean)]));
  }
  if (errors.length > 0) throw new ReportedError();
}

export interface PrintOptions {
  readonly json?: boolean | undefined;
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
