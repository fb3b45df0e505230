import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal, type JournalEntry } from './journal.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-journal-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (iteration: number): JournalEntry => ({
  type: 'train',
  iteration,
  losses: { pixel: 1 / iteration },
  learningRate: 1e-3,
  seconds: iteration,
  waiting: 0,
});

const lines = async (): Promise<JournalEntry[]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));

test('appends a line an entry', async () => {
  const journal = await Journal.open(path, 0);
  for (const iteration of [20, 40]) await journal.add(entry(iteration));
  expect(await lines()).toEqual([entry(20), entry(40)]);
  expect(journal.entries).toEqual([entry(20), entry(40)]);
});

test('cuts off what came after the checkpoint, and a torn last line', async () => {
  const journal = await Journal.open(path, 0);
  for (const iteration of [20, 40, 60]) await journal.add(entry(iteration));
  await appendFile(path, '{"type":"train","iter');
  const resumed = await Journal.open(path, 40);
  expect(resumed.entries).toEqual([entry(20), entry(40)]);
  await resumed.add(entry(60));
  expect(await lines()).toEqual([entry(20), entry(40), entry(60)]);
});

test('leaves a log alone that fits', async () => {
  const text = `${JSON.stringify(entry(20))}\n`;
  await writeFile(path, text);
  await Journal.open(path, 20);
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('says so when it cannot write', async () => {
  const journal = await Journal.open(path, 0);
  await rm(folder, { recursive: true });
  await expect(journal.add(entry(20))).rejects.toMatchObject({ code: 'disk/write' });
});
