/** What tools/oracles/gram.py wrote about pairs of real pictures, as cases for the tests. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPicture } from 'sr-data/node';
import { assetsFolder } from 'sr-tensor/testing';
import { expect } from 'vitest';
import { featureDistance, type GramDistanceOptions, gramDistance } from '../node.js';
import golden from './calibration.json' with { type: 'json' };

export { golden };

const [data, weights] = [assetsFolder('data'), assetsFolder('weights')];

/** Whether the pictures and the networks are at hand. */
export const hasAssets: boolean = data !== undefined && weights !== undefined;
if (weights !== undefined) process.env.SR_WEIGHTS_DIR = weights;

/** The path of a picture that a case names. */
export const pathOf = (name: string): string => join(data ?? '', '..', name);

export interface CalibrationPair {
  readonly result: string;
  readonly reference: string;
  readonly sha256: readonly string[];
  readonly values: Readonly<Record<string, number>>;
}

export const pairs: readonly CalibrationPair[] = golden.pairs as unknown as CalibrationPair[];

/** The variants by their name in the golden values. */
const variants: readonly (readonly [string, GramDistanceOptions])[] = (['squeeze', 'alex'] as const).flatMap(
  network => [
    ...(['literal', 'tail', 'inner'] as const).map(
      preset => [`gram-${network} ${preset}`, { network, preset }] as const,
    ),
    ...(['channel-unit', 'frobenius'] as const).map(
      normalization => [`gram-${network} ${normalization}`, { network, normalization }] as const,
    ),
    [`gram-${network} signed`, { network, preprocessing: 'signed' }] as const,
  ],
);

/** Measures a pair in every variant and compares with the oracle. */
export async function checkPair({ result, reference, sha256, values }: CalibrationPair): Promise<void> {
  const paths = [pathOf(result), pathOf(reference)] as const;
  expect(await Promise.all(paths.map(hashOf))).toEqual(sha256);
  const [a, b] = [await readPicture(paths[0]), await readPicture(paths[1])];
  for (const [name, options] of variants) expectNear(await gramDistance(a, b, options), values[name]!);
  for (const network of ['squeeze', 'alex'] as const) {
    const value = values[`features-${network}`];
    if (value !== undefined) expectNear(await featureDistance(a, b, { network }), value);
  }
}

/** Within the tolerance of the golden values, relative. */
export function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(golden.tolerance * expected);
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
