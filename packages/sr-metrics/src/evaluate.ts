import { SrError, throwIfAborted } from 'sr-tensor';
import { type Images, type Metric, missingReference } from './metric.js';

/** A result (or several) with its reference, which only metrics of the mode `full-reference` need. */
export interface EvaluationPair {
  readonly name?: string;
  readonly result: Images;
  readonly reference?: Images;
}

export interface EvaluationRow {
  readonly name: string;
  /** By the name of the metric. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Evaluation {
  /** One row a picture, in the order of the pairs. */
  readonly rows: readonly EvaluationRow[];
  /** The means over the pictures, by the name of the metric; Infinity once a PSNR is. */
  readonly mean: Readonly<Record<string, number>>;
}

export interface EvaluateOptions {
  signal?: AbortSignal;
  /** Called after each pair, with its rows. */
  onProgress?: (rows: readonly EvaluationRow[]) => void;
  /** Called for a pair that cannot be measured, which is then left out; without it the evaluation stops there. */
  onError?: (error: unknown, pair: EvaluationPair) => void;
}

/**
 * Measures any number of pairs with several metrics and takes the means.
 *
 * Only numbers are kept: the next pair is asked for when the one before has been measured and let go.
 *
 * @param pairs an iterable or async iterable (a generator that reads files, for instance); a pair without a name is
 *   called by its number, from 1
 * @param metrics with their options: `withOptions(psnr, { channel: 'y' })`
 * @throws what a metric throws; `metrics/pairs` if no pair could be measured, `metrics/reference` if a metric needs a
 *   reference and there is none, `metrics/option` if two metrics have one name; `aborted`
 * @example
 * const { rows, mean } = await evaluate(pairs, [psnr, ssim]);
 * mean.psnr;
 */
export async function evaluate(
  pairs: Iterable<EvaluationPair> | AsyncIterable<EvaluationPair>,
  metrics: readonly Metric[],
  { signal, onProgress, onError }: EvaluateOptions = {},
): Promise<Evaluation> {
  const rows: EvaluationRow[] = [];
  const sums = new Map(metrics.map(metric => [metric.name, 0]));
  if (sums.size < metrics.length) {
    throw new SrError({
      code: 'metrics/option',
      message: `evaluate: expected metrics of different names, received ${metrics.map(metric => metric.name).join(', ')}. Name variants by withOptions(metric, options, { name }).`,
    });
  }
  let count = 0;
  for await (const pair of pairs) {
    throwIfAborted(signal);
    count += 1;
    let added: EvaluationRow[];
    try {
      added = await measure(pair, metrics, count);
    } catch (error) {
      if (onError === undefined) throw error;
      onError(error, pair);
      continue;
    }
    for (const row of added) {
      for (const [key, value] of Object.entries(row.values)) sums.set(key, sums.get(key)! + value);
    }
    rows.push(...added);
    onProgress?.(added);
  }
  if (rows.length === 0) {
    throw new SrError({
      code: 'metrics/pairs',
      message: 'evaluate: expected at least one pair that can be measured, received none.',
    });
  }
  return { rows, mean: Object.fromEntries([...sums].map(([name, sum]) => [name, sum / rows.length])) };
}

async function measure(
  { name, result, reference }: EvaluationPair,
  metrics: readonly Metric[],
  number: number,
): Promise<EvaluationRow[]> {
  const values = new Map<string, Float64Array>();
  for (const metric of metrics) {
    if (reference === undefined && metric.mode === 'full-reference') throw missingReference(metric.name);
    values.set(metric.name, await metric(result, reference as Images));
  }
  const pictures = values.values().next().value?.length ?? 0;
  return Array.from({ length: pictures }, (_, i) => ({
    name: `${name ?? number}${pictures > 1 ? ` (${i + 1})` : ''}`,
    values: Object.fromEntries([...values].map(([metric, list]) => [metric, list[i]!])),
  }));
}
