// Runs every case of every operation, forward and backward, on cpu and on the backend that the address names.
import type { Tensor } from '@tensorflow/tfjs-core';
import { selectBackend } from 'sr-tensor/backend';
import type { BackendName } from '../../packages/sr-tensor/src/backend/types.js';
import { Random } from '../../packages/sr-tensor/src/random.js';
import { gradientsOf } from '../../packages/sr-tensor/src/testing/check-gradients.js';
import { caseSeed, drawInputs, drawTensor, opCases } from '../../packages/sr-tensor/src/testing/op-cases.js';

export interface CaseResult {
  readonly name: string;
  /** Largest difference to cpu of output and gradients, in units of max(1, largest value); NaN counts as infinite. */
  readonly difference?: number;
  readonly error?: string;
}

export interface PageResult {
  readonly device: string;
  readonly cases: readonly CaseResult[];
}

async function main(): Promise<PageResult> {
  const backend = (new URLSearchParams(location.search).get('backend') ?? 'webgl') as BackendName;
  await selectBackend({ backend: 'cpu' });
  const expected: (Float32Array[] | string)[] = [];
  for (const item of opCases) expected.push(await attempt(item));
  const { device } = await selectBackend({ backend });
  const cases: CaseResult[] = [];
  for (const [i, item] of opCases.entries())
    cases.push({ name: item.name, ...compare(await attempt(item), expected[i]!) });
  return { device, cases };
}

/** The output and the gradients of a case, or why there are none. */
async function attempt({ inputs, run }: (typeof opCases)[number]): Promise<Float32Array[] | string> {
  try {
    const random = new Random(caseSeed);
    const names = Object.keys(inputs);
    const tensors = Object.values(drawInputs(inputs, random));
    const fn = (...values: Tensor[]): Tensor => run(Object.fromEntries(names.map((name, i) => [name, values[i]!])));
    const y = fn(...tensors);
    const weights = drawTensor({ shape: y.shape, low: -1, high: 1 }, random);
    const gradients = gradientsOf(fn, tensors, weights);
    const values = (await Promise.all([y, ...gradients].map(t => t.data()))) as Float32Array[];
    for (const t of [...tensors, y, weights, ...gradients]) t.dispose();
    return values;
  } catch (error) {
    return String((error as Error).stack);
  }
}

function compare(actual: Float32Array[] | string, expected: Float32Array[] | string): Omit<CaseResult, 'name'> {
  if (typeof actual === 'string') return { error: actual };
  if (typeof expected === 'string') return { error: `on cpu: ${expected}` };
  let difference = 0;
  for (const [i, values] of expected.entries()) {
    const scale = values.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    for (const [j, v] of values.entries()) {
      const d = Math.abs(actual[i]![j]! - v) / scale;
      difference = Math.max(difference, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
    }
  }
  return { difference };
}

main().then(
  result => Object.assign(globalThis, { result }),
  (error: unknown) => Object.assign(globalThis, { result: { failure: String((error as Error).stack) } }),
);
