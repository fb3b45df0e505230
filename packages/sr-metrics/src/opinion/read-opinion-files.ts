import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SrError } from 'sr-tensor';
import { mergeOpinions } from './merge-opinions.js';
import type { Opinions } from './types.js';

/**
 * Reads and merges the files that raters sent back; see `mergeOpinions`.
 *
 * @param folder with one or several JSON files of each rater; what does not end in `.json` is left out
 * @throws `opinion/file` for a folder or file that cannot be read, and what `mergeOpinions` throws; messages name the file
 * @example
 * const { versions } = analyzeOpinions(await readOpinionFiles('study/answers'));
 */
export async function readOpinionFiles(folder: string): Promise<Opinions> {
  const names = await readdir(folder).catch(cause => {
    throw unreadable(folder, 'a folder of answers', cause);
  });
  const paths = names.filter(name => name.endsWith('.json')).sort();
  return mergeOpinions(await Promise.all(paths.map(name => readOpinionFile(join(folder, name)))));
}

/** The content of a file, checked by itself so that messages can name it. */
async function readOpinionFile(path: string): Promise<unknown> {
  try {
    const content = JSON.parse(await readFile(path, 'utf8'));
    mergeOpinions([content]);
    return content;
  } catch (cause) {
    throw unreadable(path, 'a file that an opinion page saved', cause);
  }
}

function unreadable(path: string, expected: string, cause: unknown): SrError {
  return new SrError({
    code: 'opinion/file',
    message: `${path}: expected ${expected}. ${(cause as Error).message}`,
    cause,
  });
}
