import { SrError } from 'sr-tensor';
import type { OpinionAnswer, OpinionFile, Opinions } from './types.js';

/**
 * Puts the files of all raters together.
 *
 * A rater may hand in several files (half-way and finished, or the same one twice): what was saved last counts.
 *
 * @param files what the pages saved, parsed from JSON
 * @throws `opinion/file` if one is no such file, or belongs to another study than the first
 * @example
 * const answers = [{ picture: 'baby', version: 'ours', value: 4 }];
 * const file = { format: 'sr-opinion', mode: 'rating', study: 'faces', rater: '1', saved: '2026-01-31', answers };
 * const opinions = mergeOpinions([file]);
 */
export function mergeOpinions(files: readonly unknown[]): Opinions {
  const checked = files.map(checkFile);
  const [first] = checked;
  if (first === undefined) throw invalid('at least one file', 'none');
  for (const [i, { mode, study }] of checked.entries()) {
    if (mode === first.mode && study === first.study) continue;
    throw invalid(
      `files of the ${first.mode} study "${first.study}"`,
      `one of the ${mode} study "${study}" (file ${i + 1})`,
    );
  }
  const answers = new Map<string, Opinions['answers'][number]>();
  for (const file of checked.sort((a, b) => Date.parse(a.saved) - Date.parse(b.saved))) {
    for (const { picture, version, value } of file.answers) {
      answers.set(JSON.stringify([file.rater, picture, version]), { rater: file.rater, picture, version, value });
    }
  }
  return { mode: first.mode, study: first.study, answers: [...answers.values()] };
}

function checkFile(content: unknown, index: number): OpinionFile {
  const file = content as Partial<OpinionFile> | null;
  const isFile =
    typeof file === 'object' &&
    file?.format === 'sr-opinion' &&
    (file.mode === 'rating' || file.mode === 'ranking') &&
    typeof file.study === 'string' &&
    typeof file.rater === 'string' &&
    typeof file.saved === 'string' &&
    !Number.isNaN(Date.parse(file.saved)) &&
    Array.isArray(file.answers);
  if (!isFile) throw invalid('files that an opinion page saved', `something else (file ${index + 1})`);
  const { mode, rater, answers } = file as OpinionFile;
  for (const answer of answers) {
    if (isAnswer(answer, mode)) continue;
    throw invalid(
      mode === 'rating' ? 'scores from 1 to 5' : 'ranks from 1',
      `${JSON.stringify(answer)} of rater "${rater}" (file ${index + 1})`,
    );
  }
  return file as OpinionFile;
}

function isAnswer(answer: Partial<OpinionAnswer> | null, mode: OpinionFile['mode']): boolean {
  return (
    typeof answer?.picture === 'string' &&
    typeof answer.version === 'string' &&
    Number.isInteger(answer.value) &&
    answer.value! >= 1 &&
    (mode === 'ranking' || answer.value! <= 5)
  );
}

function invalid(expected: string, received: string): SrError {
  return new SrError({
    code: 'opinion/file',
    message: `mergeOpinions: expected ${expected}, received ${received}.`,
  });
}
