import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTwoAfc, scoreBapps } from './bapps.js';
import { psnr } from './psnr.js';

let root: string;

const grey = (value: number, size = 64): Picture => ({
  data: new Uint8Array(size * size).fill(value),
  width: size,
  height: size,
  channels: 1,
});

/** One number as numpy.save writes it. */
function npy(value: number): Uint8Array {
  const header = `${"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".padEnd(117)}\n`;
  const bytes = Buffer.alloc(10 + header.length + 8);
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, 10, 'latin1');
  bytes.writeDoubleLE(value, 10 + header.length);
  return bytes;
}

async function add(set: string, name: string, pictures: Record<string, Picture>, answer: [string, number]) {
  for (const [role, picture] of Object.entries(pictures)) {
    await mkdir(join(root, set, role), { recursive: true });
    await writePicture(join(root, set, role, `${name}.png`), picture);
  }
  await mkdir(join(root, set, answer[0]), { recursive: true });
  await writeFile(join(root, set, answer[0], `${name}.npy`), npy(answer[1]));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sr-bapps-'));
  await add('2afc/val/cnn', '000000', { ref: grey(10), p0: grey(11), p1: grey(30) }, ['judge', 0.2]);
  await add('2afc/val/cnn', '000001', { ref: grey(10), p0: grey(50), p1: grey(30) }, ['judge', 0.6]);
  await add('2afc/val/color', '000000', { ref: grey(9, 256), p0: grey(11), p1: grey(10) }, ['judge', 0.4]);
  await add('jnd/val/cnn', '000000', { p0: grey(10), p1: grey(11) }, ['same', 0]);
  await add('jnd/val/cnn', '000001', { p0: grey(10), p1: grey(30) }, ['same', 1]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('scores all sets, and takes the unweighted mean', async () => {
  const progress: string[] = [];
  const { sets, mean } = await scoreBapps(root, psnr, {
    onProgress: ({ set, done, total }) => progress.push(`${set} ${done}/${total}`),
  });
  expect(sets.cnn!.score).toBeCloseTo(0.7, 12);
  expect(sets.color!.score).toBeCloseTo(0.4, 12);
  expect(mean).toBeCloseTo(0.55, 12);
  expect(progress).toEqual(['cnn 1/2', 'cnn 2/2', 'color 1/1']);
  expect((await scoreBapps(root, psnr, { protocol: 'jnd' })).sets.cnn!.score).toBeCloseTo(0.5, 12);
  expect((await scoreBapps(root, psnr, { sets: ['color'] })).mean).toBeCloseTo(0.4, 12);
});

test('reads items by their number, larger ones made as small as the others', async () => {
  const set = await openTwoAfc(join(root, '2afc/val/color'));
  expect(set.length).toBe(1);
  const { reference } = await set.read(0);
  expect(reference).toMatchObject({ width: 64, height: 64 });
  const whole = await openTwoAfc(join(root, '2afc/val/color'), { size: 256 });
  expect((await whole.read(0)).reference).toMatchObject({ width: 256, height: 256 });
});

test('says what is missing', async () => {
  const missing = (message: string) => ({ code: 'bapps/layout', message: expect.stringContaining(message) });
  await expect(scoreBapps(join(root, 'none'), psnr)).rejects.toMatchObject(missing('a folder of sets'));
  await expect(openTwoAfc(join(root, '2afc/val'))).rejects.toMatchObject(missing('"judge"'));
  await rm(join(root, 'jnd/val/cnn/p1/000001.png'));
  await expect(scoreBapps(root, psnr, { protocol: 'jnd' })).rejects.toMatchObject(missing('a picture "p1/000001"'));
});
