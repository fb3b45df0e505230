import { readFileSync } from 'node:fs';
import type { WeightFile } from '../../src/weights/types.js';

interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

/** A state dict as PyTorch or safetensors reads it. */
export type GoldenState = Readonly<Record<string, GoldenTensor>>;

interface Golden {
  /** By file, then by the key of the state dict in it. */
  readonly pth: Readonly<Record<string, Readonly<Record<string, GoldenState>>>>;
  /** By file: the first name outside the allow-list that its pickle asks for. */
  readonly unsafe: Readonly<Record<string, string>>;
  readonly safetensors: Readonly<Record<string, GoldenState>>;
  /** By path in the shared assets: a hash of all that is in the file. */
  readonly assets: Readonly<Record<string, string>>;
  readonly half: { readonly halfToFloat: string; readonly probes: string; readonly floatToHalf: string };
}

const folder = new URL('../../src/weights/golden/', import.meta.url);

/** What tools/oracles/weights.py wrote down; tolerance 0. */
export const golden: Golden = JSON.parse(readFileSync(new URL('weights.json', folder), 'utf8'));

/** A file that tools/oracles/weights.py wrote. */
export function goldenFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

/** The tensors of a file in the form of the golden values. */
export function asGolden(file: WeightFile): GoldenState {
  const tensors = Array.from(file.tensors, ([name, { dtype, shape, data }]): [string, GoldenTensor] => [
    name,
    { dtype, shape, values: Array.from(data, value => (Number.isFinite(value) ? value : python(value))) },
  ]);
  return Object.fromEntries(tensors);
}

function python(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
