import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPictures } from './find-pictures.js';
import { pairFolders } from './pair-folders.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-find-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('pictures by extension, sorted, in all folders below; other and hidden files are left out', async () => {
  await mkdir(join(folder, 'sub', 'deep'), { recursive: true });
  const names = ['b.PNG', 'a.jpeg', 'sub/c.tif', 'sub/deep/d.bmp', '.hidden.png', 'notes.txt', 'sub/labels.mat'];
  for (const name of names) await writeFile(join(folder, name), '');
  await symlink(folder, join(folder, 'sub', 'circle'));
  await symlink(join(folder, 'nowhere.png'), join(folder, 'broken.png'));
  const expected = ['a.jpeg', 'b.PNG', 'sub/c.tif', 'sub/deep/d.bmp'].map(name => join(folder, name));
  expect(await findPictures(folder)).toEqual(expected);
  expect(await findPictures(join(folder, 'notes.txt'))).toEqual([join(folder, 'notes.txt')]);
});

test('a folder without pictures and a missing one', async () => {
  await expect(findPictures(folder)).rejects.toMatchObject({ code: 'picture/none-found' });
  await expect(findPictures(join(folder, 'missing'))).rejects.toMatchObject({ code: 'picture/not-found' });
});

test('pairs of one folder', async () => {
  for (const name of ['a_HR.png', 'a_LR.png', 'b_HR.png']) await writeFile(join(folder, name), '');
  const { pairs, unpairedHr } = await pairFolders(folder, folder);
  expect(pairs).toEqual([{ hr: join(folder, 'a_HR.png'), lr: join(folder, 'a_LR.png') }]);
  expect(unpairedHr).toEqual([join(folder, 'b_HR.png')]);
});
