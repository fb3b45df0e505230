/** Ma's scores from a file, for the perceptual index: they are computed elsewhere (the authors' program is MATLAB's). */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { SrError } from 'sr-tensor';

/**
 * Reads scores by the names of pictures: CSV with a line `name,score` a picture (a head is passed over), or a JSON object
 * `{"name": score}`.
 *
 * @returns the score of a picture; its folder does not matter, nor its ending where the file leaves it out
 * @throws `metrics/ma-score` for another kind of file; what is returned: for a picture that has none
 */
export async function readMaScores(path: string): Promise<(picture: string) => number> {
  const text = await readFile(path, 'utf8').catch(cause => {
    throw new SrError({ code: 'metrics/ma-score', message: `${path}: expected Ma’s scores, cannot be read.`, cause });
  });
  const scores = new Map(extname(path) === '.json' ? fromJson(text, path) : fromCsv(text));
  const isSound = scores.size > 0 && [...scores.values()].every(score => score >= 0 && score <= 10);
  if (!isSound) {
    throw new SrError({
      code: 'metrics/ma-score',
      message: `${path}: expected a score from 0 to 10 for each picture, as lines "name,score" or as JSON {"name": score}.`,
    });
  }
  return picture => {
    const name = basename(picture);
    const score = scores.get(name) ?? scores.get(basename(name, extname(name)));
    if (score !== undefined) return score;
    throw new SrError({ code: 'metrics/ma-score', message: `${path}: expected Ma’s score of "${name}", found none.` });
  };
}

function fromJson(text: string, path: string): [string, number][] {
  try {
    const entries: [string, unknown][] = Object.entries(JSON.parse(text));
    return entries.map(([name, score]) => [name, typeof score === 'number' ? score : Number.NaN]);
  } catch (cause) {
    throw new SrError({ code: 'metrics/ma-score', message: `${path}: expected JSON {"name": score}.`, cause });
  }
}

/** The name may have commas itself; the score is what follows the last. */
function fromCsv(text: string): [string, number][] {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '');
  const scores = lines.map((line): [string, number] => {
    const [, name = '', score = 'none'] = /^\s*"?(.*?)"?\s*,\s*([^,\s]+)\s*$/.exec(line) ?? [];
    return [basename(name), Number(score)];
  });
  // A head has a word where a number is expected.
  return Number.isNaN(scores[0]?.[1]) ? scores.slice(1) : scores;
}
