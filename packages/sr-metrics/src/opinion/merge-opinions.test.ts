import { describe, expect, test } from 'vitest';
import { mergeOpinions } from './merge-opinions.js';
import type { OpinionFile } from './types.js';

const file = (changes: object = {}): OpinionFile => ({
  format: 'sr-opinion',
  mode: 'rating',
  study: 's',
  rater: '1',
  saved: '2026-01-01T10:00:00.000Z',
  answers: [{ picture: 'p', version: 'a', value: 3 }],
  ...changes,
});

describe('mergeOpinions', () => {
  test('keeps the answers of all raters', () => {
    const { mode, study, answers } = mergeOpinions([file(), file({ rater: '2' })]);
    expect([mode, study]).toEqual(['rating', 's']);
    expect(answers).toEqual([
      { rater: '1', picture: 'p', version: 'a', value: 3 },
      { rater: '2', picture: 'p', version: 'a', value: 3 },
    ]);
  });

  test('counts what a rater saved last, in whatever order the files come', () => {
    const late = file({
      saved: '2026-01-01T11:00:00.000Z',
      answers: [
        { picture: 'p', version: 'a', value: 5 },
        { picture: 'q', version: 'a', value: 1 },
      ],
    });
    for (const files of [
      [file(), late, file()],
      [late, file()],
    ]) {
      expect(mergeOpinions(files).answers.map(({ picture, value }) => [picture, value])).toEqual([
        ['p', 5],
        ['q', 1],
      ]);
    }
  });

  test('does not mix up names that look alike when joined', () => {
    const answers = [
      { picture: 'a","b', version: 'c', value: 1 },
      { picture: 'a', version: 'b","c', value: 2 },
      { picture: '__proto__', version: 'constructor', value: 4 },
    ];
    expect(mergeOpinions([file({ answers })]).answers).toHaveLength(3);
  });

  test.each([
    [[], 'at least one file, received none'],
    [[null], 'something else (file 1)'],
    [[file(), {}], 'something else (file 2)'],
    [[file({ saved: 'yesterday' })], 'something else (file 1)'],
    [[file(), file({ study: 't' })], 'files of the rating study "s", received one of the rating study "t" (file 2)'],
    [[file(), file({ mode: 'ranking' })], 'one of the ranking study'],
    [[file({ answers: [{ picture: 'p', version: 'a', value: 6 }] })], 'scores from 1 to 5'],
    [[file({ answers: [{ picture: 'p', version: 'a', value: 2.5 }] })], 'scores from 1 to 5'],
    [[file({ answers: [null] })], 'null of rater "1" (file 1)'],
    [[file({ mode: 'ranking', answers: [{ picture: 'p', version: 'a', value: 0 }] })], 'ranks from 1'],
  ])('refuses %j', (files, message) => {
    expect(() => mergeOpinions(files)).toThrow(
      expect.objectContaining({ code: 'opinion/file', message: expect.stringContaining(message) }),
    );
  });
});
