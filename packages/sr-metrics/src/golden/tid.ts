/** The TID2013 pairs whose values the authors' programs printed: `results_official.csv` of the calibration of pyiqa. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';

export interface TidCase {
  readonly name: string;
  /** What the authors' program gives. */
  readonly official: number;
  /** What pyiqa gives (`calibration_summary.csv`). */
  readonly pyiqa: number;
  read(): Promise<[result: Picture, reference: Picture]>;
}

/** The five pairs with their values of one metric; none where the test assets are absent. */
export function tidCases(metric: string): TidCase[] {
  const folder = assetsFolder('data/iqa/pyiqa');
  if (folder === undefined) return [];
  const row = (fileName: string, method: string): string[] => {
    const lines = readFileSync(join(folder, fileName), 'utf8').split('\n');
    return lines.map(line => line.trim().split(',')).find(([name]) => name === method)!;
  };
  const names = row('results_official.csv', 'Method');
  const official = row('results_official.csv', metric);
  const pyiqa = row('calibration_summary.csv', `${metric}(ours)`);
  return [1, 2, 3, 4, 5].map(column => ({
    name: names[column]!,
    official: Number(official[column]),
    pyiqa: Number(pyiqa[column]),
    read: async () => [
      await readPicture(join(folder, 'dist_dir', names[column]!)),
      await readPicture(join(folder, 'ref_dir', names[column]!)),
    ],
  }));
}
