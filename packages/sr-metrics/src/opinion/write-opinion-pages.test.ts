import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPicture, writePicture } from 'sr-data/node';
import { type Picture, Random } from 'sr-tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOpinionFiles } from './read-opinion-files.js';
import { writeOpinionPages } from './write-opinion-pages.js';

let folder: string;

function noise(seed: number, width = 12): Picture {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * 30 }, () => random.int(256)), width, height: 10, channels: 3 };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-opinion-'));
  for (const [i, version] of ['ours', 'hr'].entries()) {
    await mkdir(join(folder, version));
    for (const [k, name] of ['a', 'b', `c '&`].entries()) {
      await writePicture(join(folder, version, `${name}.${version === 'hr' ? 'png' : 'webp'}`), noise(10 * i + k), {
        lossless: version !== 'hr',
      });
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const versions = () => ({ ours: join(folder, 'ours'), hr: join(folder, 'hr') });

test('writes a page for each rater, with the pixels of the files', async () => {
  const done: string[] = [];
  const { plan, pages } = await writeOpinionPages({
    mode: 'rating',
    versions: versions(),
    raters: 3,
    picturesPerRater: 1,
    out: join(folder, 'study'),
    onProgress: ({ page, done: count, total }) => done.push(`${page} ${count}/${total}`),
  });
  expect(plan.pictures).toEqual(['a', 'b', `c '&`]);
  expect(pages.map(page => page.slice(folder.length))).toEqual([1, 2, 3].map(i => `/study/rater-${i}.html`));
  expect(done).toEqual(pages.map((page, i) => `${page} ${i + 1}/3`));
  const html = await readFile(pages[0]!, 'utf8');
  const { images, trials } = JSON.parse(/const content = (.*);\n/.exec(html)![1]!);
  expect(images).toHaveLength(2);
  const [{ picture, versions: shown, images: indices }] = trials;
  const bytes = Buffer.from(images[indices[0]].split(',')[1], 'base64');
  const k = plan.pictures.indexOf(picture);
  expect((await readPicture(bytes)).data).toEqual(noise((shown[0] === 'hr' ? 10 : 0) + k).data);
});

test('refuses folders that do not fit', async () => {
  const design = { mode: 'rating', raters: 1, out: join(folder, 'refused') } as const;
  await expect(writeOpinionPages({ ...design, versions: versions(), pictures: ['a', 'z'] })).rejects.toMatchObject({
    code: 'opinion/pictures',
    message: expect.stringContaining('"z" in every folder, received none in that of "ours"'),
  });
  const wide = join(folder, 'wide');
  await mkdir(wide);
  for (const name of ['a', 'b', `c '&`]) await writePicture(join(wide, `${name}.png`), noise(1, 13));
  await expect(writeOpinionPages({ ...design, versions: { ...versions(), wide } })).rejects.toMatchObject({
    code: 'picture/size',
    message: expect.stringMatching(/12 x 10 and 13 x 10/),
  });
  await writePicture(join(wide, 'a.webp'), noise(1, 13));
  await expect(writeOpinionPages({ ...design, versions: { wide } })).rejects.toMatchObject({
    code: 'opinion/pictures',
    message: expect.stringContaining('one picture "a"'),
  });
  const signal = AbortSignal.abort();
  await expect(writeOpinionPages({ ...design, versions: versions(), signal })).rejects.toMatchObject({
    code: 'aborted',
  });
});

test('reads the files that come back, and names one that is wrong', async () => {
  const answers = join(folder, 'answers');
  await expect(readOpinionFiles(answers)).rejects.toMatchObject({ code: 'opinion/file' });
  await mkdir(answers);
  const file = (rater: string) => ({
    format: 'sr-opinion',
    mode: 'rating',
    study: 's',
    rater,
    saved: '2026-01-01T00:00:00Z',
    answers: [{ picture: 'a', version: 'hr', value: 5 }],
  });
  for (const rater of ['1', '2']) await writeFile(join(answers, `${rater}.json`), JSON.stringify(file(rater)));
  await writeFile(join(answers, 'notes.txt'), 'none of these');
  expect((await readOpinionFiles(answers)).answers).toHaveLength(2);
  await writeFile(join(answers, '3.json'), '{');
  await expect(readOpinionFiles(answers)).rejects.toMatchObject({
    code: 'opinion/file',
    message: expect.stringContaining('3.json: expected a file that an opinion page saved'),
  });
});
