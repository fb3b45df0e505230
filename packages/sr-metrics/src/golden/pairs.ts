/** The pairs of tools/oracles/picture_pairs.py, as golden files name them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cropPicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';

export interface PairFiles {
  readonly result: string;
  readonly reference: string;
  readonly sha256: readonly [string, string];
  /** Left, top, width, height; absent: the whole pictures. */
  readonly area?: readonly [number, number, number, number];
}

export type GoldenCase<Values> = Values &
  PairFiles & {
    readonly name: string;
    read(): Promise<[result: Picture, reference: Picture]>;
  };

export function readGolden<Golden>(fileName: string): Golden {
  return JSON.parse(readFileSync(new URL(fileName, import.meta.url), 'utf8')) as Golden;
}

/** Golden values with what reads their pictures; none where the test assets are absent. */
export function casesOf<Values>(cases: readonly (PairFiles & Values)[]): GoldenCase<Values>[] {
  if (assetsFolder('data/iqa') === undefined) return [];
  return cases.map(golden => ({
    ...golden,
    name: `${golden.result.replace(/^.*\//, '')} at ${golden.area?.join(' ') ?? '0 0'}`,
    read: async () => [
      await readAsset(golden.result, { sha256: golden.sha256[0], area: golden.area }),
      await readAsset(golden.reference, { sha256: golden.sha256[1], area: golden.area }),
    ],
  }));
}

/** A picture of the test assets, or a part of it; throws if it is not the file that the golden values belong to. */
export async function readAsset(
  path: string,
  { sha256, area }: { sha256: string; area?: PairFiles['area'] | undefined },
): Promise<Picture> {
  const bytes = readFileSync(join(assetsFolder()!, path));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${path}: expected SHA-256 ${sha256}, received ${found}: not the golden file.`);
  const picture = await readPicture(bytes);
  if (area === undefined) return picture;
  const [left, top, width, height] = area;
  return cropPicture(picture, { left, top, width, height });
}
