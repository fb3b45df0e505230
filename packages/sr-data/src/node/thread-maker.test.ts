import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Picture, Random } from 'sr-tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPatchMaker, type PatchOptions } from './patch-maker.js';
import { openThreadMaker } from './thread-maker.js';
import { writePicture } from './write-picture.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-thread-'));
  const random = new Random(6);
  const picture: Picture = {
    data: Uint8Array.from({ length: 20 * 20 * 3 }, () => random.int(256)),
    width: 20,
    height: 20,
    channels: 3,
  };
  for (let i = 0; i < 3; i++) await writePicture(join(folder, `${i}.png`), picture);
  await writePicture(join(folder, 'small.png'), {
    ...picture,
    data: picture.data.subarray(0, 48),
    width: 4,
    height: 4,
  });
});
afterEach(() => rm(folder, { recursive: true }));

/** The program as its source, which needs a loader. */
function start(options: PatchOptions): Worker {
  const [loader, program] = [import.meta.resolve('tsx/esm/api'), new URL('../batch-worker.ts', import.meta.url).href];
  return new Worker(`import('${loader}').then(({ register }) => (register(), import('${program}')))`, {
    eval: true,
    workerData: options,
    execArgv: ['--conditions=sr-source'],
  });
}

test('a thread gives the same batches and knows the same of the pictures', async () => {
  for (const options of [
    { data: folder, scale: 2, patchSize: 4, batchSize: 3 },
    { data: folder, scale: 1, patchSize: 6, batchSize: 2 },
  ] satisfies PatchOptions[]) {
    const here = await openPatchMaker(options);
    const there = await openThreadMaker(start(options));
    for (const number of [4, 0]) expect(await there.build(1, number)).toEqual(await here.build(1, number));
    expect([there.pictures, there.stepsPerEpoch]).toEqual([here.pictures, here.stepsPerEpoch]);
    expect(there.skipped).toEqual(here.skipped);
    expect(there.skipped).toHaveLength(1);
    const { input, target } = await there.build(1, 0);
    expect(input === target).toBe(options.scale === 1);
    await there.close();
  }
});

test('errors come across', async () => {
  await writeFile(join(folder, 'broken.png'), 'no picture');
  const opening = openThreadMaker(start({ data: folder, scale: 2, patchSize: 4 }));
  await expect(opening).rejects.toMatchObject({ code: 'data/broken' });
  const aborted = openThreadMaker(start({ data: folder, scale: 2, patchSize: 4 }), AbortSignal.abort());
  await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
});
