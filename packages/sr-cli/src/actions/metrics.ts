/** `sr metrics`. */
import { stat } from 'node:fs/promises';
import { findPictures, pairByName, readPicture } from 'sr-data/node';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { type Case, measure, printScores, type ScoreOptions, type Unpaired } from '../scores.js';

export interface MetricsOptions extends Omit<ScoreOptions, 'cropBorder'> {
  readonly ref: string;
  readonly dist: string;
  readonly cropBorder?: number;
  readonly json?: boolean;
}

export async function metrics({ ref, dist, json, cropBorder = 0, ...options }: MetricsOptions): Promise<void> {
  const scores = await interruptible(async signal => {
    const { pairs, unpaired } = await pairUp(ref, dist);
    const cases = pairs.map(
      ([reference, result]): Case => ({
        ref: reference,
        dist: result,
        read: async () => ({
          result: await readPicture(result, { signal }),
          reference: await readPicture(reference, { signal }),
        }),
      }),
    );
    return measure(cases, { ...options, cropBorder }, { signal, unpaired });
  });
  printScores(scores, { json });
}

async function pairUp(
  ref: string,
  dist: string,
): Promise<{ pairs: readonly (readonly [ref: string, dist: string])[]; unpaired: readonly Unpaired[] }> {
  const folders = await Promise.all([ref, dist].map(isFolder));
  if (folders[0] !== folders[1]) {
    const [folder, file] = folders[0] ? ['--ref', '--dist'] : ['--dist', '--ref'];
    throw new UsageError(
      'usage/pair',
      `Expected two files or two folders, received a folder for ${folder} and a file for ${file}.`,
    );
  }
  if (!folders[0]) return { pairs: [[ref, dist]], unpaired: [] };
  const { pairs, alone } = pairByName(await findPictures(ref), await findPictures(dist));
  const unpaired = alone.map(picture => ({ picture, partner: 'a picture of the same name in the other folder' }));
  return { pairs, unpaired };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
