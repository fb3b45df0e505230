/** What tools/oracles/no_reference.py wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import type { BrisqueParameters } from '../brisque.js';
import { readBrisqueParameters } from '../brisque-parameters.js';
import type { NiqeParameters } from '../niqe.js';
import { readNiqeParameters } from '../niqe-parameters.js';
import { type PairFiles, readAsset, readGolden } from './pairs.js';

interface PictureFile {
  readonly picture: string;
  readonly sha256: string;
  readonly area?: NonNullable<PairFiles['area']>;
}

interface Values {
  readonly brisque: number;
  /** Without the rounding that decides in flat areas. */
  readonly brisqueExact: number;
  readonly niqe?: number;
}

interface Golden {
  readonly tolerance: number;
  readonly cases: readonly (PictureFile & Values)[];
  /** Of BRISQUE, of goldhill. */
  readonly features: readonly number[];
  readonly fit: {
    readonly pictures: readonly PictureFile[];
    readonly blockSize: number;
    readonly blocks: number;
    readonly mean: readonly number[];
    readonly variances: readonly number[];
    readonly covarianceOfFirst: readonly number[];
  };
}

const golden = readGolden<Golden>('./no-reference.json');

export const { tolerance, features, fit } = golden;

export type NoReferenceCase = Values & { readonly name: string; read(): Promise<Picture> };

/** None where the test assets are absent. */
export function goldenCases(): NoReferenceCase[] {
  if (assetsFolder('data/iqa') === undefined) return [];
  return golden.cases.map(each => ({
    ...each,
    name: `${each.picture.replace(/^.*iqa\//, '')}${each.area === undefined ? '' : ` at ${each.area.join(' ')}`}`,
    read: () => readAsset(each.picture, each),
  }));
}

/** The authors' parameters; undefined where the test assets are absent. */
export function niqeParameters(): NiqeParameters | undefined {
  const folder = assetsFolder('data/iqa/niqe');
  return folder === undefined ? undefined : readNiqeParameters(readFileSync(join(folder, 'modelparameters.mat')));
}

export function brisqueParameters(): BrisqueParameters | undefined {
  const folder = assetsFolder('data/iqa/brisque');
  return folder === undefined ? undefined : readBrisqueParameters(readFileSync(join(folder, 'allmodel'), 'utf8'));
}
